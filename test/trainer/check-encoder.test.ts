import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { fixesOf } from '../../src/experiment/fixes';
import { checkExperiment } from '../../src/trainer/check-experiment';

/** A small BERT with random weights: 64 positions, of which a text may have all. */
const bert = 'test/fixtures/pretrained/encoders/bert';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'textclf-encoder-'));
  writeFileSync(
    join(folder, 'rows.csv'),
    `text,label\n${Array.from({ length: 20 }, (_, i) => `row ${i},${'ab'[i % 2]}\n`).join('')}`,
  );
  cpSync(bert, join(folder, 'small-bert'), { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  vi.stubEnv('HF_HUB_CACHE', join(folder, 'hub'));
  for (const name of ['HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE']) vi.stubEnv(name, '');
});
afterEach(() => vi.unstubAllEnvs());

async function check(model: object, rest: object = {}) {
  const text = JSON.stringify({
    data: { train: 'rows.csv' },
    model: { type: 'pretrained', ...model },
    ...rest,
  });
  const { problems } = await checkExperiment(text, join(folder, 'a.textclf.json'));
  const fixes = fixesOf(text, problems);
  return problems.map(({ severity, message, hint = '', path }, i) => ({
    severity,
    message,
    hint,
    path: path.join('.'),
    fixes: fixes[i]!.map(({ title }) => title),
  }));
}

/** A copy of the small BERT that something happens to. */
function broken(name: string, change: (copy: string) => void): string {
  const copy = join(folder, name);
  cpSync(bert, copy, { recursive: true });
  change(copy);
  return `./${name}`;
}

it('has nothing to say about an encoder that is there', async () => {
  expect(await check({ encoder: './small-bert' })).toEqual([]);
  expect(await check({ encoder: 'small-bert', freezeLayers: 2, maxLength: 10 })).toEqual([]);
});

it('offers the encoder that is meant where there is none', async () => {
  const [problem, ...others] = await check({ encoder: './smal-bert' });
  expect(others).toEqual([]);
  expect(problem).toMatchObject({ severity: 'error', path: 'model.encoder' });
  expect(problem!.message).toMatch(/^There is no folder .*smal-bert/);
  expect(problem!.fixes).toEqual(['Change to "./small-bert"']);
});

it.each<[string, (copy: string) => void, RegExp]>([
  ['no configuration', (copy) => rmSync(join(copy, 'config.json')), /config\.json/],
  [
    'another architecture',
    (copy) => writeFileSync(join(copy, 'config.json'), '{ "model_type": "gpt2" }'),
    /config\.json: "model_type" is "gpt2", a decoder/,
  ],
  [
    'weights as a pickle alone',
    (copy) => renameSync(join(copy, 'model.safetensors'), join(copy, 'pytorch_model.bin')),
    /pytorch_model\.bin/,
  ],
  ['torn weights', (copy) => truncateSync(join(copy, 'model.safetensors'), 100), /model\.safetensors/],
])('says what is wrong with an encoder that has %s', async (what, change, message) => {
  const encoder = broken(what.replaceAll(' ', '-'), change);
  const problems = await check({ encoder });
  expect(problems).toMatchObject([
    { severity: 'error', path: 'model.encoder', message: expect.stringMatching(message) },
  ]);
  expect(problems[0]!.fixes).toContain('Change to "./small-bert"');
  expect(problems[0]!.fixes).not.toContain(`Change to "${encoder}"`);
});

it('refuses to read more, and to freeze more, than the encoder has', async () => {
  expect(await check({ encoder: './small-bert', maxLength: 4000, freezeLayers: 99 })).toMatchObject([
    {
      severity: 'error',
      path: 'model.maxLength',
      message: expect.stringMatching(/reads at most \d+ tokens of a text, not 4000/),
      fixes: [expect.stringMatching(/^Change to \d+$/), 'Remove "maxLength"'],
    },
    {
      severity: 'error',
      path: 'model.freezeLayers',
      message: expect.stringMatching(/has \d+ layers: 99 cannot be frozen/),
      fixes: [expect.stringMatching(/^Change to \d+$/)],
    },
  ]);
});

it('tells before a download how much it is, where that is known', async () => {
  expect(await check({ encoder: 'distilbert-base-uncased' })).toMatchObject([
    {
      severity: 'warning',
      path: 'model.encoder',
      message: 'Training downloads the encoder distilbert-base-uncased first: about 269 MB.',
      hint: expect.stringContaining(join(folder, 'hub')),
    },
  ]);
  expect(await check({ encoder: 'somebody/elses-bert' })).toMatchObject([
    { severity: 'warning', message: expect.stringContaining('its size is told when that starts') },
  ]);
});

it('finds what the cache of the Hub has', async () => {
  const repo = join(folder, 'hub', 'models--somebody--cached');
  const commit = 'a'.repeat(40);
  mkdirSync(join(repo, 'refs'), { recursive: true });
  writeFileSync(join(repo, 'refs', 'main'), commit);
  cpSync(bert, join(repo, 'snapshots', commit), { recursive: true });
  writeFileSync(join(repo, 'snapshots', commit, 'tokenizer.json'), '{}');
  expect(await check({ encoder: 'somebody/cached' })).toEqual([]);
  expect(await check({ encoder: 'somebody/cached', freezeLayers: 99 })).toMatchObject([
    { path: 'model.freezeLayers' },
  ]);
});

it('does not wait for training to say that nothing may be downloaded', async () => {
  vi.stubEnv('HF_HUB_OFFLINE', '1');
  expect(await check({ encoder: 'bert-base-uncased' })).toMatchObject([
    { severity: 'error', path: 'model.encoder', message: expect.stringContaining('HF_HUB_OFFLINE') },
  ]);
});

it('refuses what can be no name', async () => {
  expect(await check({ encoder: 'distilbert base uncased' })).toMatchObject([
    { severity: 'error', path: 'model.encoder', hint: expect.stringContaining('distilbert-base-uncased') },
  ]);
});
