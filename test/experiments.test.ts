import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDataset } from '../src/data/load';
import type { Dataset, Example } from '../src/data/rows';
import { readExperiment, runnable } from '../src/experiment/load';

const experiments = ['experiments', 'test/bench/experiments'].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.textclf.json'))
    .map((name) => `${folder}/${name}`),
);

describe('every experiment file in the repository', () => {
  it('is found', () => {
    expect(experiments).toContain('experiments/quickstart.textclf.json');
    expect(experiments).toContain('test/bench/experiments/imdb-lstm.textclf.json');
  });

  it.each(experiments)('%s has no errors and no warnings', async (file) => {
    const { experiment, problems } = await readExperiment(file);
    expect(problems).toEqual([]);
    expect(experiment).toBeDefined();
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
