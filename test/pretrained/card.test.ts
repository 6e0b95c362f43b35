import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { markdown, withSection, yaml } from '../../src/pretrained/card-text';
import { type ModelCard, modelCardText } from '../../src/pretrained/model-card';
import type { Evaluation } from '../../src/protocol/events';
import { evaluationWith } from '../support/sample-metrics';
import { card } from './saved-model';

const evaluation: Evaluation = evaluationWith({
  ...{ rows: 1234, accuracy: 0.87654321, macroF1: 0.0000001 },
  classes: card.labels.map((label) => ({
    ...{ label, precision: 0.5, recall: 0.25, f1: 1 / 3, rocAuc: null, prAuc: null, support: 411 },
  })),
});

/** The fields of the front matter, each of which is JSON on a line of its own. */
function frontMatter(text: string): Record<string, unknown> {
  const [, head] = text.split(/^---$/m);
  return Object.fromEntries(
    head!
      .trim()
      .split('\n')
      .map((line) => {
        const [, key, value] = /^([\w-]+): (.*)$/.exec(line) ?? [];
        return [key!, JSON.parse(value!)];
      }),
  );
}

const hostile = [
  'a | b',
  '<script>alert(1)</script>',
  '](https://evil.example)![x](y)',
  '`code` ```\n# title',
  '---\nlicense: evil',
  '\u202egnp.exe\u2028x\u0000',
  'https://evil.example and www.evil.example, @everybody',
  '"quoted": {yaml}',
  '\ud800',
];

describe('a card', () => {
  it('names the data set of the Hub that it has learnt from, and its splits', () => {
    const dataset = { name: 'org/films', splits: { train: 'train', test: 'held-out' } };
    const files = { train: ['/cache/x/0000.parquet'], test: ['/cache/y/0000.parquet'] };
    const text = modelCardText({ ...card, evaluation, files, dataset });
    const fields = frontMatter(text);
    expect(fields.datasets).toEqual(['org/films']);
    expect(fields['model-index']).toMatchObject([
      { results: [{ dataset: { name: 'org/films', type: 'org/films', split: 'held-out' } }] },
    ]);
    expect(text).toContain('Data set (train): org/films, split train');
    expect(text).not.toContain('0000.parquet');
  });

  it('tells the Hub what it needs to know', () => {
    const fields = frontMatter(
      modelCardText({ ...card, evaluation, files: { test: ['/data/secret/test.csv'] } }),
    );
    expect(fields).toMatchObject({
      library_name: 'transformers',
      pipeline_tag: 'text-classification',
      base_model: 'someone/small-bert',
    });
    expect(fields['model-index']).toEqual([
      {
        name: 'reviews',
        results: [
          {
            task: { type: 'text-classification', name: 'Text Classification' },
            dataset: { name: 'test.csv', type: 'text', split: 'test' },
            metrics: [
              { type: 'accuracy', name: 'accuracy', value: 0.8765 },
              { type: 'f1', name: 'macro F1', value: 0 },
            ],
          },
        ],
      },
    ]);
  });

  it('tells a person the results, the data, the use and the settings', () => {
    const text = modelCardText({ ...card, evaluation });
    const parts = [
      '# reviews\n',
      '[someone/small-bert](https://huggingface.co/someone/small-bert) (revision `main`)',
      'Measured on 1,234 test rows',
      '| accuracy | 87.7 % |',
      '| yes | 50.0 % | 25.0 % | 33.3 % | 411 |',
      '| no | 50 | 10 |',
      '| **rows** | **80** | **20** |',
      'Files (train): train.csv',
      'textclf predict --run',
      '"epochs": 3',
      'Made with textclf 1.2.3, onnxruntime 1.30.0.',
      'up to 12 tokens',
    ];
    for (const part of parts) expect(text).toContain(part);
  });

  it('says so where nothing was measured', () => {
    expect(modelCardText(card)).toContain('It has not been measured yet');
    expect(frontMatter(modelCardText(card))).not.toHaveProperty('model-index');
  });

  it.each([card, { ...card, base: undefined }])('names no folder of the machine', (shown) => {
    const text = modelCardText({ ...shown, evaluation });
    expect(text).not.toMatch(/somebody|secret/);
    if (!shown.base) expect(text).toContain('"encoder": "small"');
  });

  it.each(hostile)('is not broken by names such as %j', (name) => {
    const labels = [name, `${name}2`, 'plain'];
    const odd: ModelCard = {
      ...card,
      ...{ name, labels, files: { train: [name], test: [name] } },
      classes: labels.map((label) => ({ label, train: 1, validation: 1, test: 1 })),
      settings: { model: { encoder: name, note: name }, training: { note: name } },
      evaluation: {
        ...evaluation,
        classes: labels.map((label, i) => ({ ...evaluation.classes[i]!, label })),
      },
    };
    const [text, plain] = [modelCardText(odd), modelCardText({ ...card, evaluation })];
    const index = frontMatter(text)['model-index'] as { name: string }[];
    expect(index[0]!.name).toBe(name);
    // No line, heading or table cell more than with plain names.
    expect(headings(text).slice(1)).toEqual(headings(plain).slice(1));
    for (const row of text.split('\n').filter((line) => /^\| .*(?:50\.0 %)/.test(line))) {
      expect(row.match(/(?<!\\)\|/g)).toHaveLength(6);
    }
    const [, , shown] = text.split(/^(?:---|## Settings)$/m);
    expect(shown).not.toMatch(/(?<!\\)<script|\]\(https:\/\/evil/);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e\u2028]/u);
  });
});

function headings(text: string): string[] {
  return text.split('\n').filter((line) => /^#{1,6} /.test(line));
}

describe('escaping', () => {
  it('leaves nothing of any text that Markdown or YAML would take for its own (seed 8)', () => {
    const random = createRandom(8);
    const alphabet = [...'ab\\`*_{}[]<>()#+-.!|~$&@:"\'\n\r\t\u0000\u0085\u2028\u202e\ufeff'];
    for (let i = 0; i < 2000; i++) {
      const text = Array.from(
        { length: random.integer(12) },
        () => alphabet[random.integer(alphabet.length)]!,
      ).join('');
      const shown = markdown(text);
      expect(shown, JSON.stringify(text)).not.toMatch(/[\n\r\u2028\u0085]/);
      // Taking the backslashes away gives the text again, but for what no line should have.
      const plain = text.replace(/[\p{Cc}\u2028\u202e\ufeff]/gu, ' ');
      expect(shown.replace(/\\(.)/g, '$1'), JSON.stringify(text)).toBe(plain);
      expect(JSON.parse(yaml(text))).toBe(text);
      expect(yaml(text)).not.toMatch(/[\p{Cc}\u2028\u202e\ufeff]/u);
    }
  });
});

describe('a section', () => {
  const text = '# Title\n\nwords\n\n## One\n\n1\n\n## Two\n\n2\n';

  it.each<[string, string, string]>([
    ['takes the place of the one before', '## One', '# Title\n\nwords\n\n## One\n\nnew\n\n## Two\n\n2\n'],
    ['or of the last', '## Two', '# Title\n\nwords\n\n## One\n\n1\n\n## Two\n\nnew\n'],
    ['or comes at the end', '## Three', `${text}\n## Three\n\nnew\n`],
  ])('%s', (_name, heading, expected) => {
    expect(withSection(text, heading, ['new'])).toBe(expected);
    expect(withSection(expected, heading, ['new'])).toBe(expected);
  });
});
