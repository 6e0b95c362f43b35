import { createHmac, randomBytes } from 'node:crypto';
import { lstat, mkdir, open, readdir, rename, rm, utimes } from 'node:fs/promises';
import { endianness } from 'node:os';
import { join } from 'node:path';
import { PackedFile, type Section, sizeOfSection, writePackedFile } from './packed-file';

/** What is kept of data may take so much of the disk; what was not used for longest goes first. */
const mostBytes = 2 ** 31;

/** Whatever takes more would drive out all else, and is not kept. */
const largestShare = 0.5;

/** A file that nobody finished writing in this time (ms) was left by a process that is gone. */
const longestWriting = 24 * 3600 * 1000;

export interface DataCacheOptions {
  /** What wrote an entry: those of another version are for nobody. */
  readonly version: string;
  /** Decides what entries are called: one that the folder came with, from somebody who does not know it, is never found. */
  readonly secret: string;
  readonly mostBytes?: number;
  /** Clocks of files may be as coarse (ms): a change so soon after another may leave no trace. */
  readonly coarsestClock?: number;
}

/**
 * Keeps what was made of data files under a digest of all that it was made of. It saves time and nothing else: an entry
 * that is damaged is made anew, and a full disk stops nobody. Several processes may use a folder at the same time.
 */
export class DataCache {
  private readonly writing = new Set<Promise<void>>();

  constructor(
    readonly folder: string,
    private readonly options: DataCacheOptions,
  ) {}

  get coarsestClock(): number {
    return this.options.coarsestClock ?? 2000;
  }

  /** @param parts all that decides what the entry holds; it becomes JSON */
  keyOf(...parts: readonly unknown[]): string {
    const { node, unicode } = process.versions;
    // What a word is depends on Unicode, which Node brings.
    const origin = [this.options.version, unicode, node.split('.')[0], endianness()];
    return createHmac('sha256', this.options.secret)
      .update(JSON.stringify([origin, parts]))
      .digest('hex');
  }

  /** What `use` makes of an entry; undefined where there is none that is whole. */
  read<Result>(key: string, use: (file: PackedFile) => Result): Result | undefined {
    const path = this.pathOf(key);
    const result = PackedFile.read(path, key, use);
    if (result !== undefined) this.track(touch(path));
    return result;
  }

  /** Writes an entry while other work goes on; what it is given must not change any more. */
  write(key: string, meta: unknown, sections: Readonly<Record<string, Section>>): void {
    this.track(this.writeNow(key, meta, sections));
  }

  /** When all entries are written. */
  async settled(): Promise<void> {
    await Promise.all(this.writing);
  }

  private track(work: Promise<void>): void {
    const done = work.catch(() => {}).finally(() => this.writing.delete(done));
    this.writing.add(done);
  }

  private async writeNow(
    key: string,
    meta: unknown,
    sections: Readonly<Record<string, Section>>,
  ): Promise<void> {
    const most = this.options.mostBytes ?? mostBytes;
    if (bytesOf(sections) > largestShare * most) return;
    await mkdir(this.folder, { recursive: true });
    const making = join(this.folder, `${randomBytes(8).toString('hex')}.tmp`);
    try {
      const file = await open(making, 'wx', 0o600);
      try {
        await writePackedFile(file, key, meta, sections);
      } finally {
        await file.close();
      }
      await rename(making, this.pathOf(key));
    } catch (error) {
      await rm(making, { force: true });
      throw error;
    }
    await removeOldest(this.folder, most);
  }

  private pathOf(key: string): string {
    return join(this.folder, `${key}.data`);
  }
}

function bytesOf(sections: Readonly<Record<string, Section>>): number {
  return Object.values(sections).reduce((sum, section) => sum + sizeOfSection(section), 0);
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now);
}

/** Entries, those that are being written, and the files without a name where a name stays until they are closed. */
const ofCache = /^([0-9a-f]{64}\.data|[0-9a-f]{16}\.tmp|textclf-\d+-[0-9a-f]{12}\.tmp)$/;

/** Whatever else is there stays: the folder may be a link to one that holds other things. */
async function removeOldest(folder: string, most: number): Promise<void> {
  const names = (await readdir(folder)).filter((name) => ofCache.test(name));
  const found = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const stats = await lstat(path).catch(() => undefined);
      return stats?.isFile() ? [{ path, bytes: stats.size, usedAt: stats.mtimeMs }] : [];
    }),
  );
  const files = found.flat().sort((a, b) => a.usedAt - b.usedAt);
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  for (const { path, bytes: ofFile, usedAt } of files) {
    const isLeftOver = path.endsWith('.tmp');
    if (isLeftOver ? Date.now() - usedAt < longestWriting : bytes <= most) continue;
    // One that another process has open, or that is another person's, may stay; the others need not.
    const isGone = await rm(path, { force: true }).then(
      () => true,
      () => false,
    );
    if (isGone) bytes -= ofFile;
  }
}
