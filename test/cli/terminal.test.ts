import { EventEmitter } from 'node:events';
import type { WriteStream } from 'node:tty';
import { describe, expect, it } from 'vitest';
import { Terminal } from '../../src/cli/terminal';
import { HumanError } from '../../src/protocol/human-error';

/** A stream that keeps what is written, and may look like a terminal. */
class FakeStream extends EventEmitter {
  written = '';
  columns?: number;
  constructor(readonly isTTY: boolean) {
    super();
  }
  write(text: string): boolean {
    this.written += text;
    return true;
  }
}

function open(isTTY: boolean, env: NodeJS.ProcessEnv = {}) {
  const stdout = new FakeStream(isTTY);
  const stderr = new FakeStream(isTTY);
  const terminal = new Terminal(stdout as unknown as WriteStream, stderr as unknown as WriteStream, env);
  return { stdout, stderr, terminal };
}

const clear = '\r\u001b[2K';

describe('the rewritten line', () => {
  it('stays below what is printed, and goes at the end', () => {
    const { stdout, stderr, terminal } = open(true);
    terminal.showLive('10%');
    terminal.showLive('20%');
    terminal.showLive('20%');
    terminal.print('one', 'two');
    terminal.print();
    terminal.note('a note');
    terminal.showLive();
    terminal.print('end');
    expect(stdout.written).toBe(`10%${clear}20%${clear}one\ntwo\n20%${clear}20%${clear}end\n`);
    expect(stderr.written).toBe('a note\n');
  });

  it.each([
    ['a pipe', false, {}],
    ['a dumb terminal', true, { TERM: 'dumb' }],
  ])('is not for %s', (_name, isTTY, env) => {
    const { stdout, terminal } = open(isTTY, env);
    terminal.showLive('10%');
    terminal.print('line');
    terminal.showLive();
    expect(terminal.isLive).toBe(false);
    expect(stdout.written).toBe('line\n');
  });
});

it('is as wide as the terminal is at the moment', () => {
  const { stdout, terminal } = open(true);
  expect(terminal.style().width).toBe(80);
  stdout.columns = 132;
  expect(terminal.style().width).toBe(132);
});

describe('colours', () => {
  it.each<[boolean, NodeJS.ProcessEnv, boolean]>([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [true, { FORCE_COLOR: '0' }, false],
    [true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  ])('a terminal: %s, with %j: %s', (isTTY, env, colored) => {
    const bold = open(isTTY, env).terminal.style().colors.bold('x');
    expect(bold !== 'x').toBe(colored);
  });
});

describe('a reader that goes away', () => {
  it('ends the writing', () => {
    const { stdout, terminal } = open(false);
    terminal.print('one');
    stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    expect(terminal.closed).toBe(true);
    terminal.print('two');
    terminal.printJson({});
    expect(stdout.written).toBe('one\n');
  });

  it('is the only error that is passed over', () => {
    const { stdout, terminal } = open(false);
    const full = Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC' });
    expect(() => stdout.emit('error', full)).toThrow(HumanError);
    expect(terminal.closed).toBe(true);
    const bug = Object.assign(new Error('write ERR'), { code: 'ERR_STREAM_DESTROYED' });
    expect(() => stdout.emit('error', bug)).toThrow(bug);
  });
});
