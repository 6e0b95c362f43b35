import { describe, expect, it } from 'vitest';
import { chooseFiles, type DatasetOptions, isSplitFile, looksWhole } from '../../src/hub/dataset-splits';

const conversion = [
  '.gitattributes',
  'plain_text/train/0000.parquet',
  'plain_text/train/index.duckdb',
  'plain_text/test/0000.parquet',
  'plain_text/partial-unsupervised/0001.parquet',
  'plain_text/partial-unsupervised/0000.parquet',
];
const options: DatasetOptions = { dataset: 'org/films', revision: 'refs/convert/parquet', train: 'train' };
const choose = (paths: readonly string[], more: Partial<DatasetOptions> = {}) =>
  chooseFiles(paths, { ...options, ...more });

function mistake(work: () => unknown) {
  try {
    work();
  } catch (error) {
    const { message, hint, option, values } = error as Record<string, unknown>;
    return { message, hint, option, values };
  }
  throw new Error('it went well');
}

describe("the files of a data set's splits", () => {
  it('are those of the only configuration', () => {
    expect(choose(conversion, { test: 'test' })).toEqual({
      config: 'plain_text',
      files: { train: ['plain_text/train/0000.parquet'], test: ['plain_text/test/0000.parquet'] },
      partial: [],
    });
  });

  it('are in order, and may be the beginning of more', () => {
    expect(choose(conversion, { train: 'unsupervised' })).toEqual({
      config: 'plain_text',
      files: {
        train: [
          'plain_text/partial-unsupervised/0000.parquet',
          'plain_text/partial-unsupervised/0001.parquet',
        ],
      },
      partial: ['train'],
    });
  });

  it('are those of the whole where its beginning is left over', () => {
    const both = ['a/partial-train/0000.parquet', 'a/train/0000.parquet', 'a/train/0001.parquet'];
    expect(choose(both)).toMatchObject({ files: { train: both.slice(1) }, partial: [] });
  });

  it('are those of a data set that is kept as Parquet', () => {
    const kept = ['README.md', 'data/train-00001-of-00002.parquet', 'data/train-00000-of-00002.parquet'];
    expect(choose(kept).files.train).toEqual([kept[2], kept[1]]);
    expect(choose(['train-00000-of-00001-0123456789abcdef.parquet']).config).toBe('default');
    expect(
      choose(['cola/train-00000-of-00001.parquet', 'sst2/train-00000-of-00001.parquet'], { config: 'sst2' })
        .files,
    ).toEqual({ train: ['sst2/train-00000-of-00001.parquet'] });
  });

  it('are those of the configuration "default" where there are several', () => {
    expect(choose(['b/train/0000.parquet', 'default/train/0000.parquet']).config).toBe('default');
  });

  it('are none outside of the folder, whatever the Hub lists', () => {
    for (const path of [
      '../train/0000.parquet',
      'a/../../train/0000.parquet',
      '/a/train/0000.parquet',
      'a\\..\\b/train/0000.parquet',
      'a//train/0000.parquet',
      '../train-00000-of-00001.parquet',
    ])
      expect(isSplitFile(path), path).toBe(false);
  });

  it('are whole where their names leave no gap', () => {
    expect(looksWhole(['a/train/0000.parquet', 'a/train/0001.parquet'])).toBe(true);
    expect(looksWhole(['a/train/0001.parquet'])).toBe(false);
    expect(looksWhole(['a/train-00000-of-00002.parquet'])).toBe(false);
    expect(looksWhole(['a/train-00000-of-00002.parquet', 'a/train-00001-of-00002.parquet'])).toBe(true);
  });

  it('are not those of a configuration that it has not', () => {
    expect(mistake(() => choose(conversion, { config: 'plaintext' }))).toEqual({
      message: '"org/films" has no configuration "plaintext".',
      hint: 'Did you mean "plain_text"? There is "plain_text".',
      option: 'config',
      values: ['plain_text'],
    });
  });

  it('are not those of any of several configurations', () => {
    expect(mistake(() => choose(['cola/train/0000.parquet', 'sst2/train/0000.parquet']))).toEqual({
      message: '"org/films" has several configurations: "cola", "sst2".',
      hint: 'Say which: "config": "cola".',
      option: 'config',
      values: ['cola', 'sst2'],
    });
  });

  it('are not those of a split that it has not', () => {
    expect(mistake(() => choose(conversion, { test: 'tests' }))).toEqual({
      message: '"org/films" has no split "tests".',
      hint: 'Did you mean "test"? There are "train", "test", "unsupervised".',
      option: 'test',
      values: ['test', 'train', 'unsupervised'],
    });
  });

  it('are not there where there is nothing but other files', () => {
    expect(mistake(() => choose(['data.csv', 'films.py']))).toMatchObject({
      message: '"org/films" has no Parquet files at "refs/convert/parquet".',
      option: 'dataset',
    });
  });
});
