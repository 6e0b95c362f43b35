import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { shareModel } from '../../src/runs/share-model';
import { temporaryFolder } from './support';

function runWith(weights: string | undefined): string {
  const folder = temporaryFolder();
  if (weights === undefined) return folder;
  mkdirSync(join(folder, 'model'));
  writeFileSync(join(folder, 'model', 'model.onnx'), weights);
  writeFileSync(join(folder, 'model', `${weights}.json`), '{}');
  return folder;
}

it('gives a run the model of another, in place of its own', () => {
  const group = runWith(undefined);
  const [first, second] = [runWith('first'), runWith('second')];
  shareModel(first, group);
  shareModel(second, group);
  shareModel(runWith(undefined), group);
  expect(readdirSync(group)).toEqual(['model']);
  expect(readdirSync(join(group, 'model')).sort()).toEqual(['model.onnx', 'second.json']);
  expect(readFileSync(join(group, 'model', 'model.onnx'), 'utf8')).toBe('second');
  expect(readFileSync(join(first, 'model', 'model.onnx'), 'utf8')).toBe('first');
});

it('takes along the folders inside of a model', () => {
  const [from, group] = [runWith('first'), runWith('second')];
  mkdirSync(join(from, 'model', 'onnx'));
  writeFileSync(join(from, 'model', 'onnx', 'model.onnx'), 'inner');
  shareModel(from, group);
  expect(readFileSync(join(group, 'model', 'onnx', 'model.onnx'), 'utf8')).toBe('inner');
  expect(readdirSync(join(group, 'model')).sort()).toEqual(['first.json', 'model.onnx', 'onnx']);
});
