import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportName, formChoices, measuredText } from '../../src/host/model-folder';
import { type PushPlan, pushQuestion, repoName, repoRefusal } from '../../src/host/push-plan';
import { isHubName } from '../../src/hub/hub-name';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'textclf-model-'));
  const write = (path: string, bytes: number) => writeFileSync(join(folder, path), Buffer.alloc(bytes));
  for (const name of ['baseline', 'pretrained/onnx']) mkdirSync(join(folder, name), { recursive: true });
  write('baseline/config.json', 1000);
  write('baseline/weights.safetensors', 5000);
  write('baseline/model.onnx', 4000);
  write('pretrained/README.md', 1000);
  write('pretrained/model.safetensors', 40_000);
  write('pretrained/onnx/model.onnx', 1_000_000);
  write('pretrained/onnx/model.onnx_data', 7_000_000);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a model's folder", () => {
  it('is exported whole where it is a baseline, whose network reads no texts', () => {
    const choices = formChoices(join(folder, 'baseline'), 'baseline', '');
    expect(choices).toMatchObject([{ form: 'folder', title: 'Whole folder', size: '10.0 kB' }]);
  });

  it('is exported in four forms where it has one, with sizes and what is known of the accuracy', () => {
    const choices = formChoices(join(folder, 'pretrained'), 'pretrained', '91.2 % test accuracy');
    expect(choices.map(({ form, size }) => `${form} ${size}`)).toEqual([
      'folder 8.0 MB · 91.2 % test accuracy',
      'fp32 8.0 MB · 91.2 % test accuracy',
      'fp16 about 4.0 MB',
      'int8 about 2.0 MB',
    ]);
  });
});

it.each([
  ['spam filter: v2', 'folder', 'spam-filter-v2-model'],
  ['Überblick', 'int8', 'Überblick-onnx-int8'],
  ['../..', 'fp16', 'model-onnx-fp16'],
  [`${'x'.repeat(59)}--- tail`, 'fp32', `${'x'.repeat(59)}-onnx`],
] as const)('calls the folder of %s as %s: %s', (name, form, expected) => {
  expect(exportName(name, form)).toBe(expected);
});

it('tells what an export measured', () => {
  const forms = [
    { form: 'fp32', file: 'onnx/model.onnx', bytes: 268_000_000, accuracy: 0.913 },
    { form: 'int8', file: 'onnx/model_int8.onnx', bytes: 67_000_000, accuracy: 0.908 },
  ];
  expect(measuredText({ forms, measuredOn: { rows: 872, split: 'test' } })).toBe(
    'int8: 67.0 MB, accuracy 90.8 %; fp32: 268 MB, accuracy 91.3 % (on 872 test rows).',
  );
  const { accuracy: _, ...unmeasured } = forms[1]!;
  expect(measuredText({ forms: [unmeasured], notMeasured: 'The data is gone.' })).toBe(
    'int8: 67.0 MB. Not measured: The data is gone.',
  );
  for (const nothing of [{}, { forms: [] }, { forms: 5 }, { forms: [null, { form: 1 }] }]) {
    expect(measuredText(nothing)).toBe('');
  }
});

describe('a name on the Hub', () => {
  it.each([
    ['imdb-distilbert', 'imdb-distilbert'],
    ['Spam filter: v2', 'Spam-filter-v2'],
    ['Größe  –  früher', 'Gro-e-fruher'],
    ['日本語', 'text-classifier'],
    ['--..--', 'text-classifier'],
    ['a..b--c.git', 'a-b-c-git'],
    ['x'.repeat(200), 'x'.repeat(90)],
  ])('is made of %s: %s', (name, expected) => {
    expect(repoName(name)).toBe(expected);
    expect(isHubName(repoName(name))).toBe(true);
  });

  it('is refused in words where there can be none', () => {
    expect(repoRefusal('me/spam-filter')).toBeUndefined();
    expect(repoRefusal(' spam-filter ')).toBeUndefined();
    expect(repoRefusal(' ')).toBe('Write a name.');
    for (const text of ['a b', 'a/b/c', '../x', 'a--b']) expect(repoRefusal(text)).toMatch(/^A name is/);
  });
});

describe('the question before a model is sent', () => {
  const plan: PushPlan = {
    ...{ name: 'spam', repo: 'spam-filter', isPublic: false, hasOwnWords: false },
    files: [
      { path: 'README.md', bytes: 2000 },
      { path: 'model.safetensors', bytes: 268_000_000 },
    ],
    endpoint: 'https://hub.example',
  };

  it('says where to, who may see it, which files and how much', () => {
    const { question, detail } = pushQuestion(plan);
    expect(question).toBe('Send the model of spam to hub.example?');
    expect(detail).toContain('the repository spam-filter of your account, which only you');
    expect(detail).toContain('2 files, 268 MB:\nREADME.md (2.0 kB)\nmodel.safetensors (268 MB)\n');
    expect(detail).toContain('The names of the classes are in config.json.');
    expect(detail).toContain('names of the data files');
    expect(detail).not.toContain('vocabulary');
  });

  it('says so where everybody will see it, and what a vocabulary gives away', () => {
    const { detail } = pushQuestion({
      ...{ ...plan, repo: 'club/spam', isPublic: true, hasOwnWords: true },
      files: Array.from({ length: 20 }, (_, i) => ({ path: `part-${i}`, bytes: 1 })),
    });
    expect(detail).toContain('the repository club/spam, which everybody can see.');
    expect(detail).toContain('part-14 (1 B)\nand 5 more files\n');
    expect(detail).toContain('The vocabulary has words of the training texts.');
    expect(detail).not.toContain('README.md');
  });
});
