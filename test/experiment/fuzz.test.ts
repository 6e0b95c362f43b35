import { expect, it } from 'vitest';
import { parseExperiment } from '../../src/experiment/parse';

const SEED = 20_240_607;
const ROUNDS = 4_000;

const valid = `\uFEFF// an experiment\r
{
  "name": "imdb 😀",
  "data": { "train": ["a.csv", "b.csv"], "validation": 0.2, "labels": ["no", "yes"], "maxRows": 2000 },
  "tokenizer": { "type": "word", "maxVocabulary": 0, },
  "model": { "type": "lstm", "embedding": { "size": 100, "frozen": false }, "layers": 2 },
  /* how */ "training": { "optimizer": { "type": "sgd", "momentum": 0.9, "nesterov": true }, "earlyStopping": {} },
  "examples": ["good", "bad \\u0041"],
}
`;

const pieces = [
  ...'{}[]:,"\\/*\n\r\u2028\0\uD800\uFEFF-.e',
  'null',
  '1e999',
  '-1',
  '"type"',
  '"__proto__": {}',
  '"constructor": 1,',
  '"training": []',
  '/*',
  '\\u12',
];

/** Mulberry32: a small generator of numbers below 1, apart from the project's own. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function mutate(text: string, random: () => number): string {
  const at = Math.floor(random() * text.length);
  const length = Math.floor(random() * 12);
  const other = Math.floor(random() * text.length);
  const replacement = [
    '',
    pieces[Math.floor(random() * pieces.length)]!,
    text.slice(other, other + Math.floor(random() * 40)),
  ][Math.floor(random() * 3)]!;
  return text.slice(0, at) + replacement + text.slice(at + length);
}

it(`never throws and always gives places inside the file (seed ${SEED})`, () => {
  const random = generator(SEED);
  let [sound, broken] = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    let text = valid;
    for (let times = 1 + Math.floor(random() * 3); times > 0; times--) text = mutate(text, random);
    const { experiment, problems } = parseExperiment(text, 'a.textclf.json');
    const context = `round ${round}: ${JSON.stringify(text)}`;
    const errors = problems.filter(({ severity }) => severity === 'error');
    expect(experiment === undefined, context).toBe(errors.length > 0);
    if (experiment) sound++;
    else broken++;

    const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
    const inside = (line = 0, column = 0) =>
      column >= 1 && column <= (lines[line - 1]?.length ?? -1) + 1 + (line < lines.length ? 1 : 0);
    for (const { place, message } of problems) {
      expect(inside(place.line, place.column), `${context}\n${message} ${JSON.stringify(place)}`).toBe(true);
      expect(inside(place.endLine, place.endColumn), `${context}\n${message} ${JSON.stringify(place)}`).toBe(
        true,
      );
    }
  }
  // Both kinds must really have been met, or the fuzzing shows nothing.
  expect(Math.min(sound, broken)).toBeGreaterThan(ROUNDS / 50);
});

it('the file that is mutated is valid', () => {
  expect(parseExperiment(valid, 'a.textclf.json').problems).toEqual([]);
});
