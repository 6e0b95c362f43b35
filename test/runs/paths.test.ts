import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findRoot, runPaths, runsFolder } from '../../src/runs/paths';
import { temporaryFolder } from './support';

describe('findRoot', () => {
  it.each(['.textclf', '.git'])('finds the nearest ancestor with %s', (marker) => {
    const folder = temporaryFolder();
    const deep = join(folder, 'a', 'b', 'c');
    mkdirSync(deep, { recursive: true });
    mkdirSync(join(folder, marker));
    expect(findRoot(deep)).toBe(folder);
    mkdirSync(join(folder, 'a', 'b', marker));
    expect(findRoot(deep)).toBe(join(folder, 'a', 'b'));
    expect(findRoot(join(folder, 'a'))).toBe(folder);
  });

  it('takes the .git file of a worktree as well', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'src'));
    writeFileSync(join(folder, '.git'), 'gitdir: elsewhere\n');
    expect(findRoot(join(folder, 'src'))).toBe(folder);
  });

  it('stays where nothing marks a root', () => {
    const deep = join(temporaryFolder(), 'a', 'b');
    mkdirSync(deep, { recursive: true });
    expect(findRoot(deep)).toBe(deep);
  });
});

it('keeps every part of a run inside its folder', () => {
  const folder = join(runsFolder('/work'), 'one');
  expect(folder).toBe(join('/work', '.textclf', 'runs', 'one'));
  const paths = Object.values(runPaths(folder));
  expect(new Set(paths).size).toBe(paths.length);
  for (const path of paths) expect(join(path, '..')).toBe(folder);
});
