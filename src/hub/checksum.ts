import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

/** What a file's bytes must add up to, in hexadecimal. */
export interface Checksum {
  algorithm: keyof typeof algorithms;
  hex: string;
}

/** `gitBlob` is what git calls a file: the SHA-1 of its size and its bytes. */
const algorithms = {
  md5: { title: 'MD5', hash: 'md5', prefix: () => '' },
  sha256: { title: 'SHA-256', hash: 'sha256', prefix: () => '' },
  gitBlob: { title: 'git', hash: 'sha1', prefix: (bytes: number) => `blob ${bytes}\0` },
} as const;

export function titleOf({ algorithm }: Checksum): string {
  return algorithms[algorithm].title;
}

/** The sum of a file as it is. */
export async function sumOf(
  file: string,
  { algorithm }: Checksum,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { hash, prefix } = algorithms[algorithm];
  const sum = createHash(hash).update(prefix((await stat(file)).size));
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    signal?.throwIfAborted();
    sum.update(chunk as Buffer);
  }
  return sum.digest('hex');
}
