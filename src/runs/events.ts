import { type FSWatcher, readFileSync, watch } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { RunEvent } from '../protocol/events';
import { fileError } from '../protocol/file-error';
import { runEventSchema } from './event-schema';

const newline = 0x0a;

/** A line that is not an event; lines count from 1. */
export interface LineProblem {
  line: number;
  message: string;
}

export interface EventBatch {
  events: RunEvent[];
  problems: LineProblem[];
}

/** One line of `events.ndjson` as an event, or what is wrong with it. */
export function parseEventLine(line: string): RunEvent | { type: 'invalid'; message: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return { type: 'invalid', message: error instanceof Error ? error.message : String(error) };
  }
  const result = runEventSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  return { type: 'invalid', message: `${issue?.path.join('.') || 'event'}: ${issue?.message}` };
}

/**
 * Every event of a run, live or ended. A last line that is torn (the process was killed, or
 * is just writing it) is left out silently; any other line that is not an event is listed.
 *
 * @throws HumanError where the file cannot be read.
 */
export function readEvents(path: string): EventBatch {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw fileError('reading', path, error);
  }
  const { lines } = wholeLines(bytes);
  const batch = parseLines(lines, 1);
  // After a power cut the last line may be there in length but not in content.
  if (batch.problems.at(-1)?.line === lines.length) batch.problems.pop();
  return batch;
}

/**
 * Reads a run's events from the start and goes on as they are written, until the `finished`
 * event, or until `signal` aborts (then it resolves too). A file that is not there yet is
 * waited for. Whether the process that writes still lives is for the caller to watch.
 *
 * @throws HumanError where the file cannot be read; whatever `onEvents` throws.
 */
export async function followEvents(
  path: string,
  onEvents: (batch: EventBatch) => void,
  signal?: AbortSignal,
): Promise<void> {
  const reader = new LineReader(path);
  const change = new Change(path, signal);
  try {
    while (!signal?.aborted) {
      change.reset();
      const firstLine = reader.nextLine;
      const lines = await reader.read();
      if (lines.length > 0 && !signal?.aborted) {
        const batch = parseLines(lines, firstLine);
        onEvents(batch);
        if (batch.events.some((event) => event.type === 'finished')) return;
      } else {
        await change.wait();
      }
    }
  } finally {
    change.close();
    await reader.close();
  }
}

function parseLines(lines: string[], firstLine: number): EventBatch {
  const batch: EventBatch = { events: [], problems: [] };
  for (const [index, line] of lines.entries()) {
    const event = parseEventLine(line);
    if (event.type === 'invalid') batch.problems.push({ line: firstLine + index, message: event.message });
    else batch.events.push(event);
  }
  return batch;
}

/** The lines that end in a newline, and the bytes they take. Split as bytes, no character is torn. */
function wholeLines(bytes: Buffer): { lines: string[]; length: number } {
  const length = bytes.lastIndexOf(newline) + 1;
  const lines = length === 0 ? [] : bytes.toString('utf8', 0, length - 1).split('\n');
  return { lines, length };
}

/**
 * Reads whole lines from where it stopped. It stops at line starts only and reads the
 * beginning of a torn line again: the writer takes a line back where the disk was full.
 */
class LineReader {
  nextLine = 1;
  #offset = 0;
  #chunk = Buffer.alloc(256 * 1024);
  #file: FileHandle | undefined;

  constructor(readonly path: string) {}

  /** The next whole lines, none where there are none yet. */
  async read(): Promise<string[]> {
    try {
      this.#file ??= await open(this.path, 'r');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw fileError('reading', this.path, error);
    }
    for (;;) {
      const { bytesRead } = await this.#file.read(this.#chunk, 0, this.#chunk.length, this.#offset);
      const { lines, length } = wholeLines(this.#chunk.subarray(0, bytesRead));
      this.#offset += length;
      this.nextLine += lines.length;
      if (lines.length > 0 || bytesRead < this.#chunk.length) return lines;
      this.#chunk = Buffer.alloc(this.#chunk.length * 2);
    }
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}

/** Network file systems tell of no changes, so the file is looked at from time to time anyway. */
const pollInterval = 200;

/** Wakes up when a file may have changed or a signal aborts. */
class Change {
  #changed = false;
  #wake: (() => void) | undefined;
  #watcher: FSWatcher | undefined;
  readonly #onChange = () => {
    this.#changed = true;
    this.#wake?.();
  };

  constructor(
    readonly path: string,
    readonly signal: AbortSignal | undefined,
  ) {
    signal?.addEventListener('abort', this.#onChange);
  }

  /** Call it before looking at the file: a change while looking is then not missed. */
  reset(): void {
    this.#changed = false;
    this.#watcher ??= this.#watch();
  }

  async wait(): Promise<void> {
    if (this.#changed || this.signal?.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pollInterval);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }

  close(): void {
    this.signal?.removeEventListener('abort', this.#onChange);
    this.#watcher?.close();
  }

  #watch(): FSWatcher | undefined {
    try {
      const watcher = watch(this.path, { persistent: false }, this.#onChange);
      // Where the system has no watches left, polling does.
      watcher.on('error', () => watcher.close());
      return watcher;
    } catch {
      return undefined;
    }
  }
}
