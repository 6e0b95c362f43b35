import { describe, expect, it } from 'vitest';
import { experimentJsonSchema } from '../../src/experiment/json-schema';
import { type NewExperiment, newExperimentText } from '../../src/experiment/new-experiment';
import { parseExperiment } from '../../src/experiment/parse';

const reviews: NewExperiment = {
  name: 'reviews',
  train: 'data/reviews.csv',
  text: ['review'],
  label: 'sentiment',
  model: 'gru',
  examples: ['A wonderful little film.'],
};

function parsed(options: Partial<NewExperiment> = {}) {
  const text = newExperimentText({ ...reviews, ...options });
  return { text, ...parseExperiment(text, '/work/reviews.textclf.json') };
}

describe('the text of a new experiment', () => {
  it('is an experiment without problems that says what was chosen', () => {
    const { experiment, problems } = parsed();
    expect(problems).toEqual([]);
    expect(experiment).toMatchObject({
      name: 'reviews',
      data: { train: 'data/reviews.csv', text: 'review', label: 'sentiment' },
      model: { type: 'gru' },
      examples: ['A wonderful little film.'],
    });
  });

  it('is one with every network there is', () => {
    const models = experimentJsonSchema().properties?.model?.properties?.type?.enum ?? [];
    expect(models.length).toBeGreaterThan(2);
    for (const model of models) expect(parsed({ model }).problems).toEqual([]);
  });

  it('joins several columns', () => {
    const { experiment, problems } = parsed({ text: ['title', 'body'] });
    expect(problems).toEqual([]);
    expect(experiment?.data.text).toEqual(['title', 'body']);
  });

  it('has a place for examples where the data gave none', () => {
    expect(parsed({ examples: [] })).toMatchObject({ problems: [], experiment: { examples: [] } });
  });

  it.each([
    ['quotes', '"say"'],
    ['the end of a text and of an object', '"}, "model": {'],
    ['line breaks', 'a\nb\r\nc\u2028d'],
    ['comments', '// */ /*'],
    ['backslashes', '\\u0041\\'],
    ['half a character', '\ud83d'],
  ])('takes names with %s for names', (_, hostile) => {
    const { experiment, problems } = parsed({
      name: hostile,
      train: hostile,
      text: [hostile],
      label: `${hostile}!`,
      examples: [hostile],
    });
    expect(problems).toEqual([]);
    expect(experiment).toMatchObject({
      name: hostile,
      data: { train: hostile, text: hostile, label: `${hostile}!` },
      examples: [hostile],
    });
  });
});
