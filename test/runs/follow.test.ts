import { appendFileSync, truncateSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RunEvent } from '../../src/protocol/events';
import { type EventBatch, followEvents } from '../../src/runs/events';
import { seededRandom, temporaryFolder, warning } from './support';

vi.mock('node:fs', { spy: true });

afterEach(() => {
  vi.mocked(watch).mockReset();
});

const finished: RunEvent = { type: 'finished', time: '2026-11-22T14:31:00.000Z', status: 'succeeded' };

function textOf(...events: RunEvent[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

/** Follows a file, and lets the test wait for what was read so far. */
function follow(file: string, signal?: AbortSignal) {
  const all: EventBatch = { events: [], problems: [] };
  let onRead = () => {};
  const ended = followEvents(
    file,
    ({ events, problems }) => {
      all.events.push(...events);
      all.problems.push(...problems);
      onRead();
    },
    signal,
  );
  const read = async (count: number) => {
    while (all.events.length + all.problems.length < count) {
      await new Promise<void>((resolve) => {
        onRead = resolve;
      });
    }
  };
  return { all, ended, read };
}

describe('followEvents', () => {
  it('replays a run that has ended, and ends', async () => {
    const file = join(temporaryFolder(), 'events.ndjson');
    writeFileSync(file, textOf(warning('one'), finished));
    const { all, ended } = follow(file);
    await ended;
    expect(all).toEqual({ events: [warning('one'), finished], problems: [] });
  });

  it.each([
    { how: 'with a watch', watches: true },
    { how: 'by looking from time to time where the system has no watches left', watches: false },
  ])('follows from before the file is there, $how', async ({ watches }) => {
    if (!watches) {
      vi.mocked(watch).mockImplementation(() => {
        throw Object.assign(new Error('watch'), { code: 'ENOSPC' });
      });
    }
    const file = join(temporaryFolder(), 'events.ndjson');
    const { all, ended, read } = follow(file);
    writeFileSync(file, textOf(warning('one')));
    await read(1);
    appendFileSync(file, textOf(warning('two'), warning('three')));
    await read(3);
    appendFileSync(file, textOf(finished));
    await ended;
    expect(all.events).toEqual([warning('one'), warning('two'), warning('three'), finished]);
    expect(vi.mocked(watch)).toHaveBeenCalled();
  });

  const seed = 11;
  it(`puts lines and characters together that are torn anywhere (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    const file = join(temporaryFolder(), 'events.ndjson');
    const events = [...Array.from({ length: 20 }, (_, index) => warning(`${index} größer 🙂 文`)), finished];
    const bytes = Buffer.from(textOf(...events));
    writeFileSync(file, '');
    const { all, ended } = follow(file);
    for (let at = 0; at < bytes.length; ) {
      const next = Math.min(bytes.length, at + 1 + Math.floor(random() * 60));
      appendFileSync(file, bytes.subarray(at, next));
      at = next;
      // Lets the follower look at the torn state in between.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await ended;
    expect(all).toEqual({ events, problems: [] });
  });

  it('reads a line longer than it reads at once', async () => {
    const file = join(temporaryFolder(), 'events.ndjson');
    const long = warning('ä'.repeat(1_700_000));
    writeFileSync(file, textOf(warning('one'), long, finished));
    const { all, ended } = follow(file);
    await ended;
    expect(all.events).toHaveLength(3);
    expect(all.events[1]).toEqual(long);
  });

  it('reads anew what a writer took back and wrote differently', async () => {
    const file = join(temporaryFolder(), 'events.ndjson');
    writeFileSync(file, textOf(warning('one')));
    const { all, ended, read } = follow(file);
    const whole = textOf(warning('one')).length;
    appendFileSync(file, textOf(warning('a line torn by a full disk')).slice(0, 60));
    await read(1);
    truncateSync(file, whole);
    appendFileSync(file, textOf(finished));
    await ended;
    expect(all).toEqual({ events: [warning('one'), finished], problems: [] });
  });

  it('lists broken lines with their number', async () => {
    const file = join(temporaryFolder(), 'events.ndjson');
    writeFileSync(file, `${textOf(warning('one'))}stray\n`);
    const { all, ended, read } = follow(file);
    await read(2);
    appendFileSync(file, `${textOf(warning('three'))}{}\n${textOf(finished)}`);
    await ended;
    expect(all.problems.map(({ line }) => line)).toEqual([2, 4]);
    expect(all.events).toHaveLength(3);
  });

  it('ends when it is told to, while waiting or before it began', async () => {
    const file = join(temporaryFolder(), 'events.ndjson');
    writeFileSync(file, textOf(warning('one')));
    const stop = new AbortController();
    const { all, ended, read } = follow(file, stop.signal);
    await read(1);
    stop.abort();
    await ended;
    const late = follow(file, stop.signal);
    await late.ended;
    expect(all.events).toHaveLength(1);
    expect(late.all.events).toHaveLength(0);
  });

  it('hands on what the listener throws', async () => {
    const file = join(temporaryFolder(), 'events.ndjson');
    writeFileSync(file, textOf(warning('one')));
    const bug = new Error('a bug in the page');
    await expect(
      followEvents(file, () => {
        throw bug;
      }),
    ).rejects.toBe(bug);
  });
});
