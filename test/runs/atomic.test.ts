import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { replaceFile, writeFileAtomic } from '../../src/runs/atomic';
import { bundleChild, humanErrorOf, temporaryFolder } from './support';

describe('writeFileAtomic', () => {
  it('writes, replaces, and leaves nothing else behind', () => {
    const folder = temporaryFolder();
    const file = join(folder, 'run.json');
    writeFileAtomic(file, 'größer');
    expect(readFileSync(file, 'utf8')).toBe('größer');
    writeFileAtomic(file, Uint8Array.of(1, 2, 3));
    expect([...readFileSync(file)]).toEqual([1, 2, 3]);
    expect(readdirSync(folder)).toEqual(['run.json']);
  });

  it('keeps the old file and removes the half-written one where the disk fills up', () => {
    const folder = temporaryFolder();
    const file = join(folder, 'model.safetensors');
    writeFileSync(file, 'old');
    const error = humanErrorOf(() =>
      replaceFile(file, (fd) => {
        writeSync(fd, 'half');
        throw Object.assign(new Error('write'), { code: 'ENOSPC' });
      }),
    );
    expect(error.message).toBe('The disk is full while writing model.safetensors.');
    expect(error.place).toEqual({ file });
    expect(error.hint).toContain('Free some space');
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['model.safetensors']);
  });

  it.each([
    { code: 'EDQUOT', words: 'quota' },
    { code: 'EACCES', words: 'permission' },
    { code: 'EROFS', words: 'read-only' },
  ])('explains $code', ({ code, words }) => {
    const file = join(temporaryFolder(), 'file');
    const error = humanErrorOf(() =>
      replaceFile(file, () => {
        throw Object.assign(new Error('write'), { code });
      }),
    );
    expect(error.message).toContain(words);
    expect(error.hint).toBeTruthy();
  });

  it('explains a missing folder and a folder in the way', () => {
    const folder = temporaryFolder();
    expect(humanErrorOf(() => writeFileAtomic(join(folder, 'no', 'file'), '')).message).toContain(
      'does not exist',
    );
    mkdirSync(join(folder, 'taken', 'full'), { recursive: true });
    expect(humanErrorOf(() => writeFileAtomic(join(folder, 'taken'), '')).message).toContain('is a folder');
    expect(readdirSync(folder)).toEqual(['taken']);
  });

  it('lets a bug through as it is', () => {
    const bug = new TypeError('a bug');
    const file = join(temporaryFolder(), 'file');
    expect(() =>
      replaceFile(file, () => {
        throw bug;
      }),
    ).toThrow(bug);
    expect(existsSync(file)).toBe(false);
  });

  it('never shows a half-written file to a reader in another process', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'shared');
    writeFileAtomic(file, 'a'.repeat(300_000));
    const child = spawn(process.execPath, [
      await bundleChild('rewrite-forever', join(folder, 'bundle')),
      file,
    ]);
    const exited = once(child, 'exit');
    try {
      const seen = new Set<string>();
      for (let reads = 0; reads < 20_000 && seen.size < 26; reads++) {
        const text = readFileSync(file, 'utf8');
        const letter = text[0]!;
        if (text !== letter.repeat(300_000)) throw new Error(`Half a file: ${text.length} characters`);
        seen.add(letter);
        // Only so that a child that failed ends the loop.
        await new Promise((resolve) => setImmediate(resolve));
        expect(child.exitCode).toBeNull();
      }
      expect(seen.size).toBe(26);
    } finally {
      child.kill('SIGKILL');
      await exited;
    }
  });
});
