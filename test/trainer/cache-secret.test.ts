import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cacheSecret } from '../../src/trainer/cache-secret';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'textclf-secret-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('makes a secret that stays, for its owner alone, and another one in each place', () => {
  const [here, there] = [join(folder, 'here'), join(folder, 'there')];
  const secret = cacheSecret(here);
  expect(secret).toMatch(/^[0-9a-f]{64}$/);
  expect(cacheSecret(here)).toBe(secret);
  expect(cacheSecret(there)).not.toBe(secret);
  if (process.platform !== 'win32')
    expect(statSync(join(here, 'data-cache.secret')).mode & 0o777).toBe(0o600);
});

it.each(['', 'abc', '0'.repeat(63)])('takes no secret that is damaged: %j', (damaged) => {
  const file = join(folder, 'data-cache.secret');
  writeFileSync(file, damaged);
  const secret = cacheSecret(folder);
  expect(secret).toMatch(/^[0-9a-f]{64}$/);
  expect(readFileSync(file, 'utf8')).toBe(secret);
});

it('does without where none can be kept', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(cacheSecret(join(file, 'cache'))).toBeUndefined();
});
