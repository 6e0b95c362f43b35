import { tmpdir } from 'node:os';
import { Room } from '../../src/store/byte-writer';
import type { PrepareSettings } from '../../src/trainer/number-data';

/** All in this thread and in memory. */
export function prepareHere(): PrepareSettings {
  return { threads: 1, room: new Room(1 << 28, tmpdir()), signal: new AbortController().signal };
}
