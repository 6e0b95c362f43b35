import { describe, expect, it } from 'vitest';
import { fixesOf } from '../../src/experiment/fixes';
import { parseExperiment, placeFindings } from '../../src/experiment/parse';
import type { Path, Problem, Remedy } from '../../src/experiment/problems';
import { parseSyntax } from '../../src/experiment/syntax';
import type { ExperimentFix } from '../../src/protocol/helper';

function apply(text: string, { edits }: ExperimentFix): string {
  // From the end, so that an edit doesn't move those before it.
  const ordered = edits.toSorted((a, b) => b.offset - a.offset);
  ordered.forEach((edit, i) => {
    const next = ordered[i - 1];
    if (next) expect(edit.offset + edit.length, 'edits overlap').toBeLessThanOrEqual(next.offset);
  });
  return ordered.reduce(
    (result, { offset, length, text: inserted }) =>
      result.slice(0, offset) + inserted + result.slice(offset + length),
    text,
  );
}

/** The titles of all fixes, each with the text that it leaves. */
function fixed(text: string, path: Path, remedy: Remedy): [title: string, text: string][] {
  const [problem] = placeFindings(text, 'a.textclf.json', [
    { severity: 'error', message: '', path, remedies: [remedy] },
  ]);
  const [fixes] = fixesOf(text, [problem!]);
  return fixes!.map((fix) => {
    const result = apply(text, fix);
    expect(parseSyntax(result.replace(/^\uFEFF/, '')).problems).toEqual([]);
    return [fix.title, result];
  });
}

const remove: Remedy = { type: 'remove' };
const set = (value: unknown, path?: Path): Remedy => ({
  type: 'set',
  values: [value],
  ...(path ? { path } : {}),
});

describe('an edit leaves all else as it is', () => {
  const table: [what: string, text: string, path: Path, remedy: Remedy, title: string, expected: string][] = [
    [
      'a key renamed',
      '{ "lable": 1 }',
      ['lable'],
      { type: 'rename', names: ['label'] },
      'Change to "label"',
      '{ "label": 1 }',
    ],
    ['a value replaced', '{ "a": [1, "x"] }', ['a', 1], set('y'), 'Change to "y"', '{ "a": [1, "y"] }'],
    [
      'a value replaced by an object',
      '{ "a": "adam" }',
      ['a'],
      set({ type: 'adam' }),
      'Change to { "type": "adam" }',
      '{ "a": { "type": "adam" } }',
    ],
    ['after a byte-order mark', '\uFEFF{ "a": 1 }', ['a'], set(2), 'Change to 2', '\uFEFF{ "a": 2 }'],
    ['the only key removed', '{ "a": 1 }', ['a'], remove, 'Remove "a"', '{ }'],
    ['the only key with a trailing comma', '{ "a": 1, }', ['a'], remove, 'Remove "a"', '{ }'],
    ['the first key', '{ "a": 1, "b": 2 }', ['a'], remove, 'Remove "a"', '{ "b": 2 }'],
    ['the last key', '{ "a": 1, "b": 2 }', ['b'], remove, 'Remove "b"', '{ "a": 1 }'],
    [
      'the last key with a trailing comma',
      '{\n  "a": 1,\n  "b": 2,\n}',
      ['b'],
      remove,
      'Remove "b"',
      '{\n  "a": 1,\n}',
    ],
    [
      'a key on lines of its own, comments kept',
      '{\r\n  "a": 1, // one\r\n  "b": {\r\n    "c": 2\r\n  }\r\n  // end\r\n}',
      ['b'],
      remove,
      'Remove "b"',
      '{\r\n  "a": 1 // one\r\n  // end\r\n}',
    ],
    ['a key that shares its line', '{\n  "a": 1, "b": 2\n}', ['a'], remove, 'Remove "a"', '{\n  "b": 2\n}'],
    ['a comma behind a comment', '{ "a": 1 /* , */, "b": 2 }', ['a'], remove, 'Remove "a"', '{ "b": 2 }'],
    ['a list entry', '{ "a": ["x", "y"] }', ['a', 1], remove, 'Remove "y"', '{ "a": ["x"] }'],
    ['a key added to an empty object', '{}', ['a'], set(1), 'Add "a": 1', '{ "a": 1 }'],
    ['to an object with a comment', '{ // none\n}', ['a'], set(1), 'Add "a": 1', '{ "a": 1 // none\n}'],
    ['to one on a line', '{ "a": 1 }', ['b'], set(2), 'Add "b": 2', '{ "a": 1, "b": 2 }'],
    [
      'to one on several lines',
      '{\n\t"a": 1, // one\n}',
      ['b'],
      set(2),
      'Add "b": 2',
      '{\n\t"a": 1,\n\t"b": 2, // one\n}',
    ],
    [
      'where its parents are missing',
      '{ "a": {} }',
      ['a', 'b', 'c'],
      set(2),
      'Add "c": 2',
      '{ "a": { "b": { "c": 2 } } }',
    ],
    [
      'an entry added to a list',
      '{ "a": ["x"] }',
      [],
      { type: 'append', path: ['a'], values: ['y"'] },
      'Add "y\\"" to "a"',
      '{ "a": ["x", "y\\""] }',
    ],
    [
      'to a list on several lines',
      '{\n  "a": [\n    "x",\n  ]\n}',
      [],
      { type: 'append', path: ['a'], values: ['y'] },
      'Add "y" to "a"',
      '{\n  "a": [\n    "x",\n    "y",\n  ]\n}',
    ],
    [
      'to an empty list',
      '{ "a": [] }',
      [],
      { type: 'append', path: ['a'], values: [1] },
      'Add 1 to "a"',
      '{ "a": [1] }',
    ],
  ];
  it.each(table)('%s', (_, text, path, remedy, title, expected) => {
    expect(fixed(text, path, remedy)).toEqual([[title, expected]]);
  });

  const none: [what: string, text: string, path: Path, remedy: Remedy][] = [
    ['a key that is not there', '{}', ['a'], remove],
    ['a list that is not there', '{}', [], { type: 'append', path: ['a'], values: [1] }],
    ['a place inside what is no object', '{ "a": 1 }', ['a', 'b'], set(1)],
    ['the whole file', '{ "a": 1 }', [], remove],
  ];
  it.each(none)('no fix for %s', (_, text, path, remedy) => {
    expect(fixed(text, path, remedy)).toEqual([]);
  });
});

describe('the fixes of an experiment', () => {
  const base = '"data": { "train": "a.csv" }';
  const table: [what: string, text: string, titles: string[]][] = [
    [
      'an unknown key',
      `{ ${base}, "model": { "type": "gru", "hidenSize": 3 } }`,
      ['Change to "hiddenSize"', 'Remove "hidenSize"'],
    ],
    ['a key like nothing known', `{ ${base}, "model": { "type": "gru", "xyzzy": 3 } }`, ['Remove "xyzzy"']],
    [
      'a wrong word',
      `{ ${base}, "model": { "type": "lsmt" } }`,
      ['lstm', 'cnn', 'rnn', 'gru', 'pooled', 'baseline', 'pretrained', 'transformer'].map(
        (type) => `Change to "${type}"`,
      ),
    ],
    [
      'a word that is missing',
      `{ ${base}, "model": {} }`,
      ['baseline', 'pretrained', 'pooled', 'cnn', 'rnn', 'gru', 'lstm', 'transformer'].map(
        (type) => `Add "type": "${type}"`,
      ),
    ],
    ['a number in quotes', `{ ${base}, "model": { "type": "gru", "layers": "2" } }`, ['Change to 2']],
    [
      'a number where a text belongs',
      `{ "data": { "train": "a.csv", "label": 1 }, "model": { "type": "gru" } }`,
      ['Change to "1"'],
    ],
    [
      'an optimizer as a word',
      `{ ${base}, "model": { "type": "gru" }, "training": { "optimizer": "adamw" } }`,
      ['Change to { "type": "adamW" }'],
    ],
    [
      'a label twice',
      `{ "data": { "train": "a.csv", "labels": ["x", "y", "x"] }, "model": { "type": "gru" } }`,
      ['Remove "x"'],
    ],
    [
      "Nesterov's momentum without a momentum",
      `{ ${base}, "model": { "type": "gru" }, "training": { "optimizer": { "type": "sgd", "nesterov": true } } }`,
      ['Add "momentum": 0.9', 'Remove "nesterov"'],
    ],
    [
      'patience without end',
      `{ ${base}, "model": { "type": "gru" }, "training": { "epochs": 5, "earlyStopping": { "patience": 5 } } }`,
      ['Change to 2'],
    ],
    [
      'a step after the last epoch',
      `{ ${base}, "model": { "type": "gru" }, "training": { "epochs": 2, "scheduler": { "type": "step", "every": 2 } } }`,
      ['Change to 1'],
    ],
    [
      'a milestone after the last epoch',
      `{ ${base}, "model": { "type": "gru" }, "training": { "epochs": 5, "scheduler": { "type": "multiStep", "milestones": [2, 8] } } }`,
      ['Remove "8"'],
    ],
    [
      'a plateau that is never over',
      `{ ${base}, "model": { "type": "gru" }, "training": { "epochs": 3, "scheduler": { "type": "reduceOnPlateau" } } }`,
      ['Add "patience": 0'],
    ],
    [
      'a gamma without a focal loss',
      `{ ${base}, "model": { "type": "gru" }, "training": { "focalGamma": 3 } }`,
      ['Add "loss": "focal"', 'Remove "focalGamma"'],
    ],
  ];
  it.each(table)('%s', (_, text, titles) => {
    const { problems } = parseExperiment(text, 'a.textclf.json');
    expect(problems).toHaveLength(1);
    const [fixes] = fixesOf(text, problems);
    expect(fixes!.map(({ title }) => title)).toEqual(titles);
    for (const fix of fixes!) {
      const mended = apply(text, fix);
      const after: Problem[] = parseExperiment(mended, 'a.textclf.json').problems;
      // A pretrained encoder needs a name besides, which the next fix adds.
      const next = fixesOf(mended, after)[0]?.map((second) => apply(mended, second)) ?? [];
      expect(next.length > 0, fix.title).toBe(fix.title.includes('pretrained'));
      if (next.length === 0) expect(after, fix.title).toEqual([]);
      for (const whole of next) expect(parseExperiment(whole, 'a.textclf.json').problems).toEqual([]);
    }
  });

  it('are none while the text is no JSON', () => {
    const text = '{ "data": ';
    const { problems } = parseExperiment(text, 'a.textclf.json');
    expect(fixesOf(text, problems)).toEqual(problems.map(() => []));
  });
});
