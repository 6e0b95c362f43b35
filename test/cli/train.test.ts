import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { listRuns, type Run } from '../../src/runs/list';
import { jsonLines, mails, quickExperiment, textclf, workspace } from './support';

const place = workspace();
place.write('train.csv', mails(90));
place.write('test.csv', mails(30));
place.write('spam.textclf.json', quickExperiment());

function train(...args: string[]) {
  return textclf(['train', ...args], { cwd: place.folder });
}

function newestRun(): Run {
  const [run] = listRuns(place.folder);
  if (run?.type !== 'run') throw new Error('there is no readable run');
  return run;
}

describe('textclf train', () => {
  it('prints data, model, epochs, evaluation, examples and where the run is', async () => {
    const { code, stdout, stderr } = await train('spam.textclf.json');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const run = newestRun();
    expect(run.status).toBe('succeeded');
    const parts = [
      new RegExp(`^spam  ${run.id}\n`),
      /\nData\n {2}Rows +train {2}validation {2}test\n {2}ham +48 +12 +20\n {2}spam +24 +6 +10\n/,
      /\nModel\n {2}RNN, 1 layer of 8 units, mean pooling\n {2}\d+ parameters\n/,
      /\nTraining\n {2}Epoch .*\n {4}1\/2 .*\n {4}2\/2 .*\n/,
      /\nExamples\n {2}spam +\d+\.\d% {2}Claim your free prize\n/,
      /\nEvaluation on the test split \(30 rows\)\n {2}Accuracy +\d+\.\d% +Macro F1 +\d+\.\d%\n/,
      /\n {2}Class {2}Precision {2}Recall +F1 {2}ROC AUC {2}Rows\n {2}ham .* 20\n {2}spam .* 10\n/,
      /\n {2}Confusion matrix/,
      new RegExp(`\nFinished in .*\nRun folder: \\.textclf/runs/${run.id}\n`),
      /\nTry it: {5}textclf predict --run latest "some text"\n$/,
    ];
    for (const part of parts) expect(stdout).toMatch(part);
    // No colours, no rewritten lines: it is no terminal.
    expect(stdout).not.toMatch(/[^\P{Cc}\n]/u);
  });

  it('with --json, each line is the event that the run records', async () => {
    const { code, stdout, stderr } = await train('spam.textclf.json', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const recorded = readFileSync(`${newestRun().folder}/events.ndjson`, 'utf8');
    expect(jsonLines(stdout)).toEqual(jsonLines(recorded));
    expect(jsonLines(stdout).at(-1)).toMatchObject({ type: 'finished', status: 'succeeded' });
  });

  it('with --quiet, prints the result only', async () => {
    const { stdout } = await train('--quiet', 'spam.textclf.json');
    expect(stdout).toMatch(
      /^test: accuracy [\d.]+%, macro F1 [\d.]+% on 30 rows\nFinished in .*\nRun folder: .*\nTry it: .*\n$/,
    );
  });

  it('puts the run where --root says, and names the folder to predict with', async () => {
    const { stdout } = await train('spam.textclf.json', '--quiet', '--root', 'elsewhere');
    const run = listRuns(place.path('elsewhere'))[0]!;
    expect(stdout).toContain(`Run folder: elsewhere/.textclf/runs/${run.id}\n`);
    expect(stdout).toContain(`--run "elsewhere/.textclf/runs/${run.id}"`);
    const predicted = await textclf(['predict', '--run', `elsewhere/.textclf/runs/${run.id}`, 'x'], {
      cwd: place.folder,
    });
    expect(predicted.code).toBe(0);
  });

  it('with --baseline, trains the baseline on the same data, and predicts with it', async () => {
    const { code, stdout, stderr } = await train('--baseline', 'spam.textclf.json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const run = newestRun();
    expect(run.record).toMatchObject({ name: 'spam baseline', model: 'baseline', status: 'succeeded' });
    expect(stdout).toMatch(/\nModel\n {2}TF-IDF of words and pairs, \d+ features, logistic regression\n/);
    const predicted = await textclf(['predict', '--run', run.id, 'Claim your free prize'], {
      cwd: place.folder,
    });
    expect(predicted.stdout).toMatch(/^spam +\d+\.\d% {2}Claim your free prize\n$/);
    const evaluated = await textclf(['evaluate', '--run', run.id], { cwd: place.folder });
    expect(evaluated.stdout).toMatch(/Accuracy +100\.0%/);
  });

  it('a mistake in the data fails the run with the same message', async () => {
    place.write('torn.csv', 'text,label\nfine,ham\n"never closed,spam\n');
    const experiment = JSON.parse(quickExperiment()) as object;
    place.write('torn.textclf.json', JSON.stringify({ ...experiment, data: { train: 'torn.csv' } }));
    const { code, stdout, stderr } = await train('torn.textclf.json');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*torn\.csv:3:1: this quote is never closed\n {2}A field that/);
    const run = newestRun();
    expect(run.status).toBe('failed');
    expect(stderr).toContain(run.record.message);
    expect(stdout).toMatch(/Failed after .*\nRun folder: .*\n$/);
    expect(existsSync(`${run.folder}/model`)).toBe(false);

    const json = await train('torn.textclf.json', '--json');
    expect(jsonLines(json.stdout).slice(-2)).toMatchObject([
      { type: 'finished', status: 'failed' },
      { error: { file: place.path('torn.csv'), line: 3, column: 1 } },
    ]);
  });
});
