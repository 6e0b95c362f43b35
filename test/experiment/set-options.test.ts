import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readExperiment } from '../../src/experiment/load';
import { parseExperiment } from '../../src/experiment/parse';
import { parseSetting, withSettings } from '../../src/experiment/set-options';
import { HumanError } from '../../src/protocol/human-error';

const folder = mkdtempSync(join(tmpdir(), 'textclf-set-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = join(folder, 'films.textclf.json');
const text = `// Films.
{
  "data": {
    // From the Hub.
    "hub": {
      "dataset": "org/films", // its name
      "test": "test"
    },
    "maxRows": 100 // for a try
  },
  "model": { "type": "lstm", "hiddenSize": 32 },
  "training": {
    "epochs": 2, // two
  },
}
`;
const settings = (...texts: string[]) => texts.map((one) => parseSetting(one, folder));
const set = (...texts: string[]) => withSettings(text, settings(...texts));
const experimentOf = (changed: string) => {
  const { experiment, problems } = parseExperiment(changed, file);
  expect(problems).toEqual([]);
  return experiment!;
};
const failure = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (error instanceof HumanError) return error;
    throw error;
  }
  throw new Error('it went well');
};

describe('--set', () => {
  it('sets options that are written, and those that are not', () => {
    const { model, training } = experimentOf(
      set('model.hiddenSize=64', 'training.optimizer.learningRate=2e-3', 'training.classWeights=balanced'),
    );
    expect(model).toMatchObject({ type: 'lstm', hiddenSize: 64 });
    expect(training).toMatchObject({
      epochs: 2,
      optimizer: { type: 'adam', learningRate: 0.002 },
      classWeights: 'balanced',
    });
  });

  it('takes values as JSON, and as texts where they are none or only texts fit', () => {
    const values = (option: string) => parseSetting(option, folder).value;
    expect(values('training.epochs=3')).toBe(3);
    expect(values('data.label=1')).toBe('1');
    expect(values('data.label=true')).toBe('true');
    expect(values('data.validation=0.1')).toBe(0.1);
    expect(values('data.text=["title","body"]')).toEqual(['title', 'body']);
    expect(values('search=null')).toBe(null);
    expect(values('name=a=b')).toBe('a=b');
    expect(values('training.classWeights.a.b=2')).toBe(2);
    expect(values('training.epochs=')).toBeUndefined();
  });

  it('takes keys that may be any', () => {
    expect(experimentOf(set('training.classWeights.a.b=2')).training.classWeights).toEqual({ 'a.b': 2 });
    const searched = set('search.options.training.optimizer.learningRate=[0.001,0.01]');
    expect(experimentOf(searched).search!.options).toEqual({
      'training.optimizer.learningRate': [0.001, 0.01],
    });
  });

  it('puts an object in the place of what is none', () => {
    const changed = withSettings(set('data.validation=0.3'), settings('data.validation.folds=3'));
    expect(experimentOf(changed).data.validation).toEqual({ folds: 3 });
  });

  it('keeps comments, and every line where it was', () => {
    const changed = set('data.train=x.csv', 'training.batchSize=8', 'training.epochs=9', 'name=n');
    const lines = (of: string) => of.split('\n');
    expect(lines(changed)).toHaveLength(lines(text).length);
    for (const comment of ['// Films.', '// From the Hub.', '// for a try', '// two'])
      expect(lines(changed).findIndex((line) => line.includes(comment))).toBe(
        lines(text).findIndex((line) => line.includes(comment)),
      );
    expect(experimentOf(changed)).toMatchObject({ name: 'n', training: { epochs: 9, batchSize: 8 } });
  });

  it('keeps lines of every kind of break, and after a mark', () => {
    for (const newline of ['\r\n', '\r']) {
      const other = `\uFEFF${text.replaceAll('\n', newline)}`;
      const changed = withSettings(other, settings('data.train=x.csv', 'data.label=l'));
      expect(changed.split(newline)).toHaveLength(text.split('\n').length);
      expect(experimentOf(changed).data).toMatchObject({ label: 'l' });
    }
  });

  it('of the files to train on takes the data set of the Hub out, and the other way round', () => {
    const files = experimentOf(set(`data.train=${join(folder, 'x.csv')}`)).data;
    expect(files).toMatchObject({ train: './x.csv' });
    expect(files.hub).toBeUndefined();
    const local = '{ "data": { "train": "a.csv", "test": "b.csv" }, "model": { "type": "rnn" } }';
    const hub = experimentOf(
      withSettings(local, settings('data.hub.dataset=org/films', 'data.hub.test=test')),
    ).data;
    expect(hub).toMatchObject({ hub: { dataset: 'org/films', test: 'test' } });
    expect([hub.train, hub.test]).toEqual([undefined, undefined]);
    const test = experimentOf(set(`data.test=${join(folder, 'x.csv')}`)).data;
    expect(test).toMatchObject({ test: './x.csv', hub: { dataset: 'org/films' } });
    expect(test.hub!.test).toBeUndefined();
  });

  it('takes an option out', () => {
    expect(experimentOf(set('data.maxRows=', 'training.epochs=')).data.maxRows).toBeUndefined();
    expect(set('training.batchSize=')).toBe(text);
  });

  it('names files from the folder of the command', () => {
    const from = (path: string) => relative(folder, path).split(sep).join('/');
    expect(settings('data.train=["a.csv","b/*.csv"]')[0]!.value).toEqual([from('a.csv'), from('b/*.csv')]);
    expect(settings('data={"train":"a.csv"}')[0]!.value).toEqual({ train: from('a.csv') });
    expect(settings('model.embedding.vectors=v.txt')[0]!.value).toBe(from('v.txt'));
    expect(settings('model.embedding.vectors=glove.6B.100d')[0]!.value).toBe('glove.6B.100d');
    expect(settings('model.encoder=distilbert-base-uncased')[0]!.value).toBe('distilbert-base-uncased');
    expect(settings('model.encoder=./enc')[0]!.value).toBe(from('enc'));
    mkdirSync(join(folder, 'enc'));
    expect(settings(`model.encoder=${join(folder, 'enc')}`)[0]!.value).toBe('./enc');
    expect(settings('data.validation=0.1')[0]!.value).toBe(0.1);
  });

  it.each([
    ['training.epoch=1', 'there is no option "training.epoch"', /Did you mean "training\.epochs"/],
    ['hiddenSize=1', 'there is no option "hiddenSize"', /Did you mean "model\.(head\.)?hiddenSize"/],
    ['zygote=1', 'there is no option "zygote"', /Options are named by their path/],
    ['training.epochs', 'sets no option', /OPTION=VALUE/],
    ['=3', 'sets no option', /OPTION=VALUE/],
  ])('%s is a mistake', (setting, message, hint) => {
    const error = failure(() => parseSetting(setting, folder));
    expect(error.message).toContain(message);
    expect(error.hint).toMatch(hint);
  });

  it('is named where its value is wrong; all else has its place in the file', async () => {
    writeFileSync(file, text.replace('"maxRows"', '"maxrows"'));
    const { problems } = await readExperiment(file, ['model.hiddenSize=many', 'data.hub.config=c']);
    expect(problems.map(({ message, place }) => [place.line, message])).toEqual([
      [9, 'Unknown key "maxrows" in "data".'],
      [
        11,
        '"model.hiddenSize" must be a whole number that is at least 1, not "many". (--set model.hiddenSize=many)',
      ],
    ]);
  });

  it('leaves a text that is no JSON as it is', async () => {
    expect(withSettings('{ "data": ', settings('training.epochs=1'))).toBe('{ "data": ');
  });
});
