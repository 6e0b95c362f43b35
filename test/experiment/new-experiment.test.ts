import { describe, expect, it } from 'vitest';
import { type NewExperiment, newExperimentText } from '../../src/experiment/new-experiment';
import { parseExperiment } from '../../src/experiment/parse';
import { typesAt } from '../../src/experiment/schema-walk';

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

  it('is one with every model there is, and with options of its own', () => {
    const models = typesAt(['model']);
    expect(models.length).toBeGreaterThan(6);
    for (const { type } of models) {
      const { text, experiment, problems } = parsed({ model: type });
      expect(problems, type).toEqual([]);
      expect(experiment?.model.type).toBe(type);
      expect(text).not.toMatch(/\n\n\n|,\s*\n\s*\}/);
    }
    expect(parsed({ model: 'pretrained' }).text).not.toContain('"tokenizer"');
    expect(parsed({ model: 'baseline' }).text).not.toContain('"training"');
    expect(parsed({ model: 'cnn' }).text).toContain('"widths"');
  });

  it('has the encoder that was chosen, and DistilBERT where none was', () => {
    const encoderOf = ({ experiment }: ReturnType<typeof parsed>) =>
      experiment?.model.type === 'pretrained' ? experiment.model.encoder : undefined;
    expect(encoderOf(parsed({ model: 'pretrained' }))).toBe('distilbert-base-uncased');
    expect(encoderOf(parsed({ model: 'pretrained', encoder: 'mine "/' }))).toBe('mine "/');
    expect(parsed({ model: 'pretrained' }).experiment?.training.optimizer.learningRate).toBe(2e-5);
  });

  it('names no columns where the data has none, and the classes where not all folders are', () => {
    for (const format of ['folder', 'fasttext'] as const) {
      const { text, experiment, problems } = parsed({ format, train: 'data/train', labels: ['neg', 'pos'] });
      expect(problems).toEqual([]);
      expect(experiment?.data).toMatchObject({ train: 'data/train', labels: ['neg', 'pos'] });
      expect(text).not.toMatch(/"text":|"label":/);
    }
    expect(parsed({ format: 'folder' }).text).not.toContain('"labels"');
    expect(parsed({ format: 'parquet' }).text).toContain('"text": "review"');
  });

  it('has several labels a text where the data has', () => {
    const { experiment, problems } = parsed({ labelSeparator: '|' });
    expect(problems).toEqual([]);
    expect(experiment?.data).toMatchObject({ task: 'multi-label', labelSeparator: '|' });
    expect(parsed().text).not.toContain('"task"');
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
