import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluate, evaluateRows } from '../../src/predict/evaluate';
import { loadPredictor, type Predictor } from '../../src/predict/predictor';
import { HumanError } from '../../src/protocol/human-error';
import {
  expectedLogits,
  expectedProbabilities,
  oneLogit,
  tags,
  threeClasses,
  writeTinyModel,
} from './tiny-model';

let folder: string;
let predictor: Predictor;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'textclf-evaluate-'));
  predictor = await loadPredictor(writeTinyModel(join(folder, 'model'), threeClasses));
});
afterAll(async () => {
  await predictor.release();
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const columns = { text: 'text', label: 'label' };

describe('evaluate', () => {
  it('compares predictions with the labels', async () => {
    // The model's one word of sense: "good" is positive, "bad" negative. So the fourth row is an error.
    const rows = [
      ['good', 'positive'],
      ['bad', 'negative'],
      ['very good', 'positive'],
      ['bad film', 'positive'],
    ] as const;
    const first = write(
      'a.csv',
      `label,text\n${rows
        .slice(0, 2)
        .map(([text, label]) => `${label},${text}\n`)
        .join('')}`,
    );
    const second = write(
      'b.csv',
      `text,label\n${rows
        .slice(2)
        .map((row) => `${row.join(',')}\n`)
        .join('')}`,
    );
    const result = await evaluate(predictor, { files: [first, second], ...columns });
    const byPattern = await evaluate(predictor, { files: ['[ab].csv'], folder, ...columns });
    expect(byPattern.evaluation).toEqual(result.evaluation);

    expect(result.evaluation).toMatchObject({ split: 'test', rows: 4, accuracy: 0.75 });
    expect(result.evaluation.confusion).toEqual([
      [1, 0, 0],
      [1, 2, 0],
      [0, 0, 0],
    ]);
    const losses = rows.map(([text, label]) => -Math.log(expectedProbabilities(text, threeClasses)[label]!));
    expect(result.evaluation.loss).toBeCloseTo(losses.reduce((sum, loss) => sum + loss) / 4, 5);
    expect(
      result.rows.map(({ row, prediction }) => [row.file, row.line, row.text, prediction.label]),
    ).toEqual([
      [first, 2, 'good', 'positive'],
      [first, 3, 'bad', 'negative'],
      [second, 2, 'very good', 'positive'],
      [second, 3, 'bad film', 'negative'],
    ]);
  });

  it.each([
    ['one logit', { ...oneLogit, weights: [1500] }, 'yes', 'no'],
    ['three', { ...threeClasses, weights: [-1500, 1000, 400] }, 'positive', 'negative'],
  ])(
    'the loss of a model that is sure and wrong is large, not endless: %s',
    async (_, model, sure, truth) => {
      const proud = await loadPredictor(writeTinyModel(join(folder, 'proud'), model));
      const file = write('wrong.csv', `text,label\ngood,${truth}\n`);
      const { evaluation, rows } = await evaluate(proud, { files: [file], ...columns });
      await proud.release();
      expect(rows[0]!.prediction).toMatchObject({ label: sure, probabilities: { [truth]: 0 } });
      const logits = expectedLogits('good', model);
      // So far apart, all others together count for nothing: the loss is the gap to the largest.
      const gap = logits.length === 1 ? logits[0]! : Math.max(...logits) - logits[0]!;
      expect(Math.abs(evaluation.loss! / gap - 1)).toBeLessThan(1e-5);
    },
  );

  describe('several labels a text', () => {
    // What the model says: praise for "good", blame for "bad", nothing but perhaps a film for others.
    const truths: [text: string, labels: string[]][] = [
      ['good', ['praise']],
      ['bad', ['blame', 'film']],
      ['very very', []],
      ['bad good', ['praise', 'blame']],
    ];
    const given = (text: string) => {
      const shares = expectedProbabilities(text, tags);
      return tags.labels.filter((label, i) => shares[label]! >= tags.thresholds![i]!);
    };
    const forms: [what: string, name: string, contents: string, options: object][] = [
      [
        'a column with a separator',
        'tags.csv',
        `text,label\n${truths.map(([text, labels]) => `${text},${labels.join(' | ')}\n`).join('')}`,
        { labelSeparator: '|' },
      ],
      [
        'a column for each',
        'flags.csv',
        `text,${tags.labels.join(',')}\n${truths
          .map(
            ([text, labels]) =>
              `${text},${tags.labels.map((name) => Number(labels.includes(name))).join(',')}\n`,
          )
          .join('')}`,
        { label: tags.labels },
      ],
      [
        'lists of JSON Lines',
        'tags.jsonl',
        truths.map(([text, label]) => `${JSON.stringify({ text, label })}\n`).join(''),
        {},
      ],
    ];

    it.each(forms)('%s', async (_, name, contents, options) => {
      const model = await loadPredictor(writeTinyModel(join(folder, 'tags'), tags));
      const files = [write(name, contents)];
      const { evaluation, rows } = await evaluate(model, { files, ...columns, ...options });
      await model.release();
      expect(rows.map(({ row }) => row.labels)).toEqual(truths.map(([, labels]) => labels));
      expect(rows.map(({ prediction }) => prediction.labels)).toEqual(truths.map(([text]) => given(text)));
      const exact = truths.filter(([text, labels]) => given(text).join() === labels.join()).length;
      expect(evaluation).toMatchObject({ task: 'multi-label', rows: 4, accuracy: exact / 4, confusion: [] });
      const losses = truths.flatMap(([text, labels]) => {
        const shares = expectedProbabilities(text, tags);
        return tags.labels.map(
          (label) => -Math.log(labels.includes(label) ? shares[label]! : 1 - shares[label]!),
        );
      });
      expect(evaluation.loss).toBeCloseTo(losses.reduce((sum, loss) => sum + loss) / 12, 5);
      expect(evaluation.logLoss).toBeCloseTo(evaluation.loss!, 5);
      expect(evaluation.classes.map(({ threshold }) => threshold)).toEqual(tags.thresholds);
    });
  });

  it('refuses several label columns for a model of one class a text', async () => {
    const file = write('two.csv', 'text,a,b\ngood,0,1\n');
    const error: unknown = await evaluate(predictor, {
      files: [file],
      text: 'text',
      label: ['a', 'b'],
    }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(HumanError);
    expect((error as HumanError).message).toContain('exactly one class');
  });

  it('joins several text columns and follows the format', async () => {
    const file = write('rows.txt', '{"a":"very","b":"good","class":"positive"}\n');
    const { rows } = await evaluate(predictor, {
      files: [file],
      text: ['a', 'b'],
      label: 'class',
      format: 'jsonl',
    });
    expect(rows[0]!.prediction.probability).toBeCloseTo(
      expectedProbabilities('very good', threeClasses).positive!,
      6,
    );
  });

  it('refuses labels that the model does not know', async () => {
    const file = write('odd.csv', 'text,label\ngood,positive\ngood,positiv\nbad,awful\n');
    const error: unknown = await evaluate(predictor, { files: [file], ...columns }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(HumanError);
    const { message, place, hint } = error as HumanError;
    expect(place).toMatchObject({ file, line: 3 });
    expect(message).toContain('"positiv"');
    expect(message).toContain('lines 3, 4');
    expect(hint).toContain('Did you mean "positive"?');
  });
});

describe('evaluateRows', () => {
  const rows = Array.from({ length: 100 }, (_, i) => ({
    ...{ text: `${'film '.repeat((i * 7) % 10)}${i % 3 === 0 ? 'good' : 'bad'}`, labels: ['negative'] },
    ...{ file: 'a.csv', line: i + 2 },
  }));

  it("gives each row's logits in the rows' order, whatever shares its batch", async () => {
    const { logits } = await evaluateRows(predictor, rows, 'test');
    for (const [i, { text }] of rows.entries()) {
      const [alone] = await predictor.logits([text]);
      expect(logits[i]!.length).toBe(alone!.length);
      alone!.forEach((value, output) => {
        expect(logits[i]![output]).toBeCloseTo(value, 4);
      });
    }
  });

  it('hears the signal after each batch, and tells how far it is', async () => {
    const told: number[] = [];
    await evaluateRows(predictor, rows, 'test', undefined, (done) => told.push(done));
    expect(told).toEqual([32, 64, 96, 100]);
    const controller = new AbortController();
    told.length = 0;
    const work = evaluateRows(predictor, rows, 'test', controller.signal, (done) => {
      told.push(done);
      controller.abort();
    });
    expect(await work.catch((error: unknown) => error)).toBe(controller.signal.reason);
    expect(told).toEqual([32]);
  });
});
