import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { listRuns } from '../../src/runs/list';
import { jsonLines, mails, quickExperiment, textclf, workspace } from './support';

const place = workspace();

beforeAll(async () => {
  place.write('train.csv', mails(120));
  place.write('test.csv', mails(30));
  place.write('spam.textclf.json', quickExperiment({ epochs: 6, batchSize: 8 }));
  const { code, stderr } = await textclf(['train', 'spam.textclf.json'], { cwd: place.folder });
  if (code !== 0) throw new Error(stderr);
});

function run(...args: string[]) {
  return textclf(args, { cwd: place.folder });
}

describe('textclf export', () => {
  it('copies the newest model, and says where it is', async () => {
    const { code, stdout, stderr } = await run('export', '--output', 'spam');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^${place.path('spam')} \\(\\d+(\\.\\d)? kB\\)\n$`));
    const [newest] = listRuns(place.folder);
    expect(readdirSync(place.path('spam')).sort()).toEqual(readdirSync(`${newest!.folder}/model`).sort());
    expect((await run('predict', '--run', 'spam', 'cash prize')).stdout).toMatch(/^spam/);
  });

  it('measures a smaller form on the test rows', async () => {
    const { code, stdout } = await run('export', '--format', 'fp16', '--output', 'half');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      / {2}fp32 {2}model\.onnx .* 100\.0% .*\n {2}fp16 {2}model_fp16\.onnx .*\n {2}on 30 test rows\n$/,
    );
    expect((await run('predict', '--run', 'half', 'cash prize')).stdout).toMatch(/^spam/);
  });

  it('tells programs its progress and what came of it, a line each', async () => {
    const { code, stdout } = await run(
      'export',
      '--json',
      '--format',
      'int8',
      '--output',
      'eighth',
      '--rows',
      '10',
    );
    expect(code).toBe(0);
    const lines = jsonLines(stdout) as { type: string; done: number; total: number }[];
    expect(lines.slice(0, -1).every(({ type }) => type === 'progress')).toBe(true);
    expect(lines.at(-2)).toEqual({
      type: 'progress',
      done: 20,
      total: 20,
      message: 'measuring model_int8.onnx',
    });
    expect(lines.at(-1)).toMatchObject({
      type: 'done',
      output: place.path('eighth'),
      form: 'int8',
      measuredOn: { split: 'test', rows: 10 },
      forms: [{ form: 'fp32' }, { form: 'int8', bytes: statSync(place.path('eighth/model_int8.onnx')).size }],
    });
  });

  it('tells programs what went wrong, and leaves what is there', async () => {
    place.write('taken/notes.txt', 'mine');
    const { code, stdout, stderr } = await run('export', '--json', '--output', 'taken', '--force');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(jsonLines(stdout)).toEqual([
      { type: 'failed', message: expect.stringContaining('exists already'), hint: expect.any(String) },
    ]);
    expect(readFileSync(place.path('taken/notes.txt'), 'utf8')).toBe('mine');
  });

  it.each<[string, string[], RegExp]>([
    ['no folder', [], /--output/],
    ['a form that is none', ['--output', 'x', '--format', 'int4'], /folder, fp32, fp16, int8/],
    ['rows that are no number', ['--output', 'x', '--rows', 'many'], /whole number/],
    ['no such run', ['--output', 'x', '--run', 'nothing'], /no run "nothing"/],
  ])('refuses %s', async (_name, args, message) => {
    const { code, stderr } = await run('export', ...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(existsSync(place.path('x'))).toBe(false);
  });
});
