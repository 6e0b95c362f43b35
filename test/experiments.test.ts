import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadDataset } from '../src/data/load';
import type { Dataset, Example } from '../src/data/rows';
import { readExperiment, runnable } from '../src/experiment/load';
import { checkExperiment } from '../src/trainer/check-experiment';

const experiments = ['experiments', 'test/bench/experiments'].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.textclf.json'))
    .map((name) => `${folder}/${name}`),
);

describe('every experiment file in the repository', () => {
  it('is found', () => {
    expect(experiments).toContain('experiments/quickstart.textclf.json');
    expect(experiments).toContain('test/bench/experiments/trec-cnn.textclf.json');
  });

  it.each(experiments)('%s has no errors and no warnings', async (file) => {
    const { experiment, problems } = await readExperiment(file);
    expect(problems).toEqual([]);
    expect(experiment).toBeDefined();
  });
});

describe('the recipes on IMDB', () => {
  const recipes = experiments.filter((file) => file.startsWith('experiments/imdb-'));
  const cache = mkdtempSync(join(tmpdir(), 'textclf-recipes-'));
  beforeAll(() => {
    for (const name of ['TEXTCLF_CACHE', 'HF_HOME', 'HF_HUB_CACHE']) vi.stubEnv(name, join(cache, name));
    for (const name of ['HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE']) vi.stubEnv(name, '');
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(cache, { recursive: true, force: true });
  });

  it('are all there', () => {
    const names = recipes.map((file) => /imdb-(.*)\.textclf\.json$/.exec(file)![1]);
    expect(names.sort()).toEqual(
      [
        ...[
          'baseline',
          'rnn',
          'gru',
          'lstm',
          'lstm-notebook',
          'bilstm-notebook',
          'bilstm',
          'cnn',
          'transformer',
        ],
        ...['distilbert', 'distilbert-frozen', 'bert', 'roberta', 'albert'],
      ].sort(),
    );
  });

  it.each(recipes)('%s is on the reviews of the Hub, and lacks nothing but downloads', async (file) => {
    const text = readFileSync(file, 'utf8');
    const { experiment, problems } = await checkExperiment(text, file);
    expect(problems.map(({ severity, message }) => [severity, message])).toEqual(
      problems.map(() => ['warning', expect.stringMatching(/^Training downloads the .* first: /)]),
    );
    const messages = problems.map(({ message }) => message);
    expect(messages).toContain('Training downloads the data set stanfordnlp/imdb first: about 41.5 MB.');
    const hub = { dataset: 'stanfordnlp/imdb', train: 'train', test: 'test' };
    expect(experiment).toMatchObject({ data: { hub, validation: 0.2 }, training: { seed: 42 } });
  });

  it.each(recipes)('%s says what comes of it, and how it is trained on files', (file) => {
    const comment = readFileSync(file, 'utf8').split('{')[0]!;
    expect(comment).toMatch(/(?:Measured on 2 cores|Expected): .* %/);
    expect(comment).toContain(`textclf train ${file} --set data.train=train.csv --set data.test=test.csv`);
    expect(Math.max(...comment.split('\n').map((line) => line.length))).toBeLessThanOrEqual(125);
  });

  it.each(recipes)('%s can be trained on files', async (file) => {
    const { experiment, problems } = await readExperiment(file, ['data.train=a.csv', 'data.test=b.csv']);
    expect(problems).toEqual([]);
    expect(experiment!.data).toMatchObject({ train: '../a.csv', test: '../b.csv', validation: 0.2 });
    expect(experiment!.data.hub).toBeUndefined();
  });
});

describe("the quickstart's data", () => {
  const trainFile = 'spam-assassin-train.csv';
  const testFile = 'spam-assassin-test.csv';
  let folder: string;
  let firstWords: string;
  let data: Dataset;
  let all: Example[];

  const prepare = () =>
    execFileSync(process.execPath, ['experiments/prepare-quickstart.mjs', folder], { encoding: 'utf8' });
  const contents = () => [trainFile, testFile].map((file) => readFileSync(join(folder, file), 'utf8'));

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'textclf-quickstart-'));
    firstWords = prepare();
    const experiment = runnable(await readExperiment('experiments/quickstart.textclf.json'));
    // The experiment as it stands, but for the folder that its files are in.
    const here = (file: unknown) => String(file).replace(/^data\//, '');
    const files = { train: here(experiment.data.train), test: here(experiment.data.test) };
    data = await loadDataset({ ...experiment.data, ...files }, folder, experiment.training.seed);
    all = [...data.train, ...data.validation, ...data.test];
  });

  const where = (test: (text: string) => boolean) =>
    all.filter(({ text }) => test(text)).map(({ file, line }) => `${file}:${line}`);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is enough to learn from, in two classes that both parts have in the same proportion', () => {
    expect(data.labels).toEqual(['ham', 'spam']);
    expect(all.length).toBeGreaterThan(4000);
    const shares = [data.train, data.validation, data.test].map(
      (part) => part.filter(({ labels }) => labels[0] === 'spam').length / part.length,
    );
    for (const share of shares) {
      expect(share).toBeGreaterThan(0.25);
      expect(share).toBeCloseTo(shares[0]!, 2);
    }
    expect(data.test.length / all.length).toBeCloseTo(0.2, 3);
  });

  it('has each text once, whatever its case, spaces and numbers', () => {
    const letters = all.map(({ text }) => text.toLowerCase().replace(/[^\p{L}]+/gu, ''));
    expect(letters).not.toContain('');
    expect(new Set(letters).size).toBe(letters.length);
  });

  it('has neither headers nor marks of where a mail was taken from', () => {
    const header = /^(Received|Return-Path|Delivered-To|Message-Id|X-[\w-]+|MIME-Version):/i;
    const subjectMark = /^(Re: ?)?\[(ILUG|SAtalk|Spambayes|Razor-users)\]/i;
    const listFooter = /^_{40,}\n.*mailing list/im;
    for (const mark of [header, subjectMark, listFooter]) {
      expect(where((text) => mark.test(text))).toEqual([]);
    }
  });

  it('is decoded, clean text of bounded length', () => {
    expect(where((text) => text.length > 10_000)).toEqual([]);
    expect(where((text) => /[^\P{Cc}\n\t]/u.test(text))).toEqual([]);
    // Attachments.
    expect(where((text) => /^(?:[A-Za-z0-9+/]*[A-Za-z][A-Za-z0-9+/]{59,}\n){5}/m.test(text))).toEqual([]);
    // An encoded subject; a body in Latin-1; a body in EUC-KR and base64.
    for (const decoded of ['Sitting Bull über alles', 'clár teilifíse An Tuath Nua', '이멜리스트 500만개']) {
      expect(where((text) => text.includes(decoded))).not.toEqual([]);
    }
  });

  it('is the same again, and is left alone where it is there', () => {
    const made = contents();
    const modified = statSync(join(folder, trainFile)).mtimeMs;
    expect(firstWords).toMatch(/^Made .*\d+ and \d+ mails .*\n$/);
    expect(prepare()).toBe('');
    expect(statSync(join(folder, trainFile)).mtimeMs).toBe(modified);

    writeFileSync(join(folder, testFile), 'text,label\n');
    expect(prepare()).toBe(firstWords);
    expect(contents()).toEqual(made);
    expect(readdirSync(folder).sort()).toEqual([testFile, trainFile, 'spam-assassin.json']);
  });
});
