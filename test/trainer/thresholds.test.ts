import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { evaluate } from '../../src/predict/evaluate';
import { loadPredictor } from '../../src/predict/predictor';
import type { RunEvent } from '../../src/protocol/events';
import { HumanError } from '../../src/protocol/human-error';
import { runPaths } from '../../src/runs/paths';
import { train } from '../../src/trainer/train';
import { toyExperiment, workspace, writeExperiment } from '../support/toy-data';

const words = { fast: ['quick', 'rapid'], red: ['crimson', 'ruby'], loud: ['noisy', 'blaring'] };
const filler = ['the', 'car', 'was', 'seen', 'there', 'today', 'again'];
type Label = keyof typeof words;

/** Texts of none, one or several of three labels, each told by one of its words. */
function toyTags(rows: number, seed: number): string {
  const random = createRandom(seed);
  const pick = (list: readonly string[]) => list[random.integer(list.length)]!;
  const lines = Array.from({ length: rows }, () => {
    const labels = (Object.keys(words) as Label[]).filter(() => random.next() < 0.35);
    const text = Array.from({ length: 3 + random.integer(4) }, () => pick(filler));
    for (const label of labels) text.splice(random.integer(text.length + 1), 0, pick(words[label]));
    return `${text.join(' ')},${labels.join(';')}`;
  });
  return `text,label\n${lines.join('\n')}\n`;
}

/** A rare second class; the word that goes with it is found with a fifth of the others as well. */
function rareSpam(rows: number, seed: number): string {
  const random = createRandom(seed);
  const lines = Array.from({ length: rows }, () => {
    const isSpam = random.next() < 0.12;
    const hint = random.next() < (isSpam ? 0.95 : 0.15) ? 'prize' : 'lunch';
    return `${hint} ${filler[random.integer(filler.length)]},${isSpam ? 'spam' : 'ham'}`;
  });
  return `text,label\n${lines.join('\n')}\n`;
}

/** In place of the toy's recurrent network. */
const pooled = { type: 'pooled', hiddenSize: undefined };

async function run(experiment: object, files: Record<string, string>) {
  const folder = workspace();
  const events: RunEvent[] = [];
  const file = writeExperiment(folder, experiment, files);
  const result = await train({ experimentFile: file, root: folder, onEvent: (event) => events.push(event) });
  const paths = runPaths(result.folder);
  const config = JSON.parse(readFileSync(join(paths.model, 'config.json'), 'utf8'));
  const rows = readFileSync(paths.predictions, 'utf8').trim().split('\n');
  return {
    folder,
    events,
    paths,
    config,
    evaluation: result.evaluation!,
    rows: rows.map((row) => JSON.parse(row)),
  };
}

describe('several labels a text', () => {
  it('are learnt, decided by thresholds of their own, and predicted by the model alone', async () => {
    const data = { task: 'multi-label', labelSeparator: ';', test: 'test.csv' };
    const experiment = toyExperiment({
      data,
      model: pooled,
      training: { epochs: 12, threshold: 'auto' },
      examples: ['the rapid ruby car', 'the car was seen'],
    });
    const made = await run(experiment, { 'train.csv': toyTags(400, 1), 'test.csv': toyTags(120, 2) });
    const { evaluation, config, paths, rows } = made;

    expect(evaluation).toMatchObject({ split: 'test', task: 'multi-label', rows: 120, confusion: [] });
    expect(evaluation.microF1).toBeGreaterThan(0.95);
    expect(config.problem_type).toBe('multi_label_classification');
    expect(config.textclf.thresholds).toEqual(evaluation.classes.map(({ threshold }) => threshold));
    expect(config.textclf.thresholds).toHaveLength(3);
    const [examples] = made.events.filter((event) => event.type === 'examples');
    expect(examples!.examples.map(({ label }) => label)).toEqual(['fast, red', 'no label']);

    expect(rows).toHaveLength(120);
    const [row] = rows.filter(({ labels }) => labels.truth.length === 2);
    expect(row.label).toBe(row.labels.truth.join(', '));
    expect(row.probabilities).toHaveLength(3);

    // The folder on its own comes to the same.
    const predictor = await loadPredictor(paths.model);
    const files = [join(made.folder, 'test.csv')];
    const again = await evaluate(predictor, { files, text: 'text', label: 'label', labelSeparator: ';' });
    const [prediction] = await predictor.predict(['a noisy crimson car']);
    await predictor.release();
    expect(again.evaluation.classes).toEqual(evaluation.classes);
    expect(again.evaluation.loss).toBeCloseTo(evaluation.loss!, 5);
    expect(again.rows.map(({ prediction: { labels } }) => labels)).toEqual(
      rows.map(({ labels }) => labels.predicted),
    );
    expect(prediction!.labels).toEqual(['loud', 'red']);
    expect(prediction!.probability).toBe(
      Math.min(prediction!.probabilities.loud!, prediction!.probabilities.red!),
    );
  });
});

describe('the threshold of two classes', () => {
  const files = { 'train.csv': rareSpam(600, 1), 'test.csv': rareSpam(300, 2) };
  const withThreshold = (threshold: number | 'auto', data = {}) =>
    toyExperiment({
      data: { test: 'test.csv', ...data },
      model: pooled,
      training: { epochs: 4, threshold },
    });

  it('is chosen on validation, and finds the rare class that 0.5 misses', async () => {
    const [plain, chosen] = [await run(withThreshold(0.5), files), await run(withThreshold('auto'), files)];
    const spam = ({ evaluation }: typeof plain) => evaluation.classes[1]!;
    expect(spam(plain).threshold).toBeUndefined();
    expect(plain.config.textclf).not.toHaveProperty('thresholds');
    expect(chosen.config.textclf.thresholds).toEqual([spam(chosen).threshold]);
    expect(spam(chosen).threshold).toBeLessThan(0.5);
    expect(spam(chosen).f1).toBeGreaterThan(spam(plain).f1);
    // Only decisions differ: the same weights were trained.
    expect(chosen.evaluation.rocAuc).toBe(plain.evaluation.rocAuc);
    expect(chosen.evaluation.loss).toBe(plain.evaluation.loss);
    expect(warnings(chosen)).toEqual([]);
  });

  it('counts in every epoch where it is given', async () => {
    const { events, evaluation, config, rows } = await run(withThreshold(1e-9), files);
    const epochs = events.filter((event) => event.type === 'epoch');
    for (const { validation } of epochs) expect(validation.macroRecall).toBe(0.5);
    expect(evaluation.classes[1]).toMatchObject({ recall: 1, threshold: 1e-9 });
    expect(config.textclf.thresholds).toEqual([1e-9]);
    expect(new Set(rows.map(({ predicted }) => predicted))).toEqual(new Set(['spam']));
  });

  it('says so where the figures are of the rows that it was chosen on', async () => {
    const made = await run(withThreshold('auto', { test: undefined }), files);
    expect(warnings(made)).toEqual([expect.stringContaining('chosen on the very rows')]);
  });

  it('is refused for three classes', async () => {
    const three = 'text,label\na,x\nb,y\nc,z\nd,x\ne,y\nf,z\n';
    const made = run(withThreshold(0.3, { test: undefined }), { 'train.csv': three });
    await expect(made).rejects.toThrow(HumanError);
    await expect(made).rejects.toThrow(/two classes or several labels a text, and the data has 3/);
  });
});

function warnings({ events }: { events: RunEvent[] }): string[] {
  return events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
}
