import type { WriteStream } from 'node:tty';
import { fileError } from '../protocol/file-error';
import { harmlessJson } from './format/harmless';
import { colorsIf, type Style } from './render/style';

/** Lines without a terminal around them are as long as most terminals are wide. */
const defaultWidth = 80;

const clearLine = '\r\u001b[2K';

/**
 * Where the commands write: results to standard output, notes and errors to standard error. A reader that
 * goes away (`| head`) is no error: what is written after it is dropped.
 */
export class Terminal {
  /** Whether lines can be rewritten. */
  readonly isLive: boolean;
  readonly #colored: boolean;
  #live = '';
  #closed = false;

  constructor(
    readonly stdout: WriteStream = process.stdout,
    readonly stderr: WriteStream = process.stderr,
    env: NodeJS.ProcessEnv = process.env,
  ) {
    this.isLive = stdout.isTTY === true && env.TERM !== 'dumb';
    this.#colored = wantsColor(env, this.isLive);
    for (const stream of [stdout, stderr]) {
      stream.on('error', (error: NodeJS.ErrnoException) => {
        if (stream === stdout) this.#closed = true;
        const name = stream === stdout ? 'standard output' : 'standard error';
        if (error.code !== 'EPIPE') throw fileError('writing', name, error);
      });
    }
  }

  /** Whether standard output takes no more: its reader is gone, or its disk is full. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Asked for anew each time: the width may have changed. */
  readonly style = (): Style => ({
    width: this.stdout.columns || defaultWidth,
    colors: colorsIf(this.#colored),
  });

  print(...lines: string[]): void {
    if (lines.length > 0) this.#write(`${this.#clear()}${lines.join('\n')}\n${this.#live}`);
  }

  /** Sets the line that is rewritten below all others; without a text it goes. */
  showLive(line = ''): void {
    if (!this.isLive || line === this.#live) return;
    const clear = this.#clear();
    this.#live = line;
    this.#write(clear + line);
  }

  /** One JSON value on one line. */
  printJson(value: unknown): void {
    this.#write(`${harmlessJson(value)}\n`);
  }

  /** For a person, beside the results. */
  note(text: string): void {
    this.#write(this.#clear());
    this.stderr.write(`${text}\n`);
    this.#write(this.#live);
  }

  #clear(): string {
    return this.#live === '' ? '' : clearLine;
  }

  #write(text: string): void {
    if (!this.#closed && text !== '') this.stdout.write(text);
  }
}

/** https://no-color.org and its counterpart; without them, colours are for terminals. */
function wantsColor({ NO_COLOR, FORCE_COLOR }: NodeJS.ProcessEnv, isLive: boolean): boolean {
  if (NO_COLOR) return false;
  return FORCE_COLOR ? FORCE_COLOR !== '0' : isLive;
}
