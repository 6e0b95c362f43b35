import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { filesIn, isVisible, totalBytes } from '../../src/runs/folder-files';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'textclf-files-'));
  mkdirSync(join(folder, 'model', 'onnx'), { recursive: true });
  mkdirSync(join(folder, 'model', '.git'));
  mkdirSync(join(folder, 'elsewhere'));
  const write = (path: string, bytes: number) => writeFileSync(join(folder, path), Buffer.alloc(bytes));
  write('model/config.json', 3);
  write('model/.hidden', 5);
  write('model/.git/config', 7);
  write('model/onnx/model.onnx', 11);
  write('elsewhere/secret', 13);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const all = ['.git/config', '.hidden', 'config.json', 'onnx/model.onnx'];

it('has the files of all its folders, with their sizes', () => {
  const files = filesIn(join(folder, 'model'));
  expect(files.map(({ path }) => path)).toEqual(all);
  expect(totalBytes(files)).toBe(26);
  expect(all.filter(isVisible)).toEqual(['config.json', 'onnx/model.onnx']);
});

it('follows no link: not out of the folder, not in a circle, and none that leads nowhere', () => {
  const links = { out: 'elsewhere', file: 'elsewhere/secret', 'onnx/circle': 'model', nowhere: 'nothing' };
  for (const [name, target] of Object.entries(links))
    symlinkSync(join(folder, target), join(folder, 'model', name));
  const told: string[] = [];
  expect(filesIn(join(folder, 'model'), (path) => told.push(path)).map(({ path }) => path)).toEqual(all);
  expect(told.sort()).toEqual(Object.keys(links).sort());
});

it('may be named by a link itself', () => {
  symlinkSync(join(folder, 'model'), join(folder, 'latest'));
  expect(filesIn(join(folder, 'latest')).map(({ path }) => path)).toEqual(all);
});
