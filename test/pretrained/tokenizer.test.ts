import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AutoTokenizer, env } from '@huggingface/transformers';
import { describe, expect, it } from 'vitest';
import { caseOf, cases, folderOf, open, texts } from './tokenizer-folder';

const list = (ids: Int32Array) => [...ids];

describe('ids of pretrained tokenizers', () => {
  it('come with a fixture of every kind', () => {
    expect(cases.length).toBeGreaterThan(15);
    expect(texts.length).toBeGreaterThan(100);
  });

  it.each(cases)("are those of Python's tokenizers: $name", ({ files, ids }) => {
    const tokenizer = open(folderOf(files));
    const found = texts.map((text) => ({ text, ids: list(tokenizer.encode(text).ids) }));
    expect(found).toEqual(texts.map((text, index) => ({ text, ids: ids[index] })));
  });

  it.each(cases)('stay the same in what is saved: $name', ({ files, ids }) => {
    const folder = folderOf({});
    open(folderOf(files)).saveTokenizerFiles(folder, ['input_ids', 'attention_mask']);
    const again = open(folder);
    expect(texts.map((text) => list(again.encode(text).ids))).toEqual(ids);
  });

  it.each([
    'bert uncased, vocab.txt',
    'roberta, vocab.json and merges.txt',
    'albert, spiece.model',
    'xlm-roberta, sentencepiece.bpe.model',
  ])('are those of transformers.js in what is saved: %s', async (name) => {
    const folder = folderOf({});
    const tokenizer = open(folderOf(caseOf(name).files), { longest: 128 });
    tokenizer.saveTokenizerFiles(folder, ['input_ids', 'attention_mask']);
    env.allowRemoteModels = false;
    const other = await AutoTokenizer.from_pretrained(folder, { local_files_only: true });
    expect(other.model_max_length).toBe(128);
    // Not all of `texts`: on the awkward ones transformers.js itself differs from Python.
    for (const text of [
      'the quick brown fox, and 3 actors!',
      'films that play [MASK] music',
      '',
      'caf\u00e9',
    ]) {
      expect(list(tokenizer.encode(text).ids)).toEqual(other.encode(text));
    }
  });

  it('follow tokenizer_config.json where it differs from tokenizer.json', () => {
    const cased = caseOf('bert cased, tokenizer.json').files;
    const tokenizer_config = { tokenizer_class: 'BertTokenizer', do_lower_case: true };
    const tokenizer = open(folderOf({ ...cased, 'tokenizer_config.json': tokenizer_config }));
    expect(tokenizer.encode('THE FOX')).toEqual(open(folderOf(cased)).encode('the fox'));
    expect(tokenizer.encode('THE FOX')).not.toEqual(open(folderOf(cased)).encode('THE FOX'));
  });

  it('of half a surrogate pair are those of the replacement character', () => {
    for (const { files } of cases) {
      const tokenizer = open(folderOf(files));
      expect(tokenizer.encode('a \ud83d b\udc00')).toEqual(tokenizer.encode('a \ufffd b\ufffd'));
    }
  });
});

describe('the length of a text', () => {
  const text = 'the quick brown fox jumps over the lazy dog';
  const { files } = caseOf('bert uncased, vocab.txt');
  const whole = (folder: string) => list(open(folder).encode(text).ids);

  it('is cut before the closing mark, and known from before the cut', () => {
    const folder = folderOf(files);
    const all = whole(folder);
    const { ids, length } = open(folder, { maxLength: 6 }).encode(text);
    expect(list(ids)).toEqual([...all.slice(0, 5), all.at(-1)]);
    expect(length).toBe(all.length);
    expect(open(folder, { maxLength: all.length }).encode(text)).toEqual({
      ids: Int32Array.from(all),
      length: all.length,
    });
  });

  it.each([
    ['the encoder', { maxLength: 0, longest: 12 }, undefined, 12],
    ['the experiment', { maxLength: 5, longest: 12 }, 8, 5],
    ['the checkpoint', { maxLength: 10, longest: 12 }, 8, 8],
    ['the encoder where the checkpoint knows no limit', { maxLength: 0, longest: 12 }, 1e30, 12],
    ['the encoder where the checkpoint says nonsense', { maxLength: 0, longest: 12 }, -1, 12],
  ])('is limited by %s', (_, options, model_max_length, expected) => {
    const config = { tokenizer_class: 'BertTokenizer', ...(model_max_length && { model_max_length }) };
    const tokenizer = open(folderOf({ ...files, 'tokenizer_config.json': config }), options);
    expect(tokenizer.maxLength).toBe(expected);
    expect(tokenizer.encode(text.repeat(3)).ids).toHaveLength(expected);
  });
});

describe('saved files', () => {
  it.each([
    ['bert uncased, vocab.txt', ['vocab.txt']],
    ['bert uncased, tokenizer.json', []],
    ['roberta, vocab.json and merges.txt', ['merges.txt', 'vocab.json']],
    ['albert, spiece.model', ['spiece.model']],
    ['xlm-roberta, sentencepiece.bpe.model', ['sentencepiece.bpe.model']],
  ])('are the tokenizer and no more: %s', (name, vocabulary) => {
    const folder = folderOf({});
    const source = folderOf({ ...caseOf(name).files, 'notes.txt': 'private' });
    open(source, { maxLength: 32 }).saveTokenizerFiles(folder, ['input_ids', 'attention_mask']);
    const always = ['special_tokens_map.json', 'tokenizer.json', 'tokenizer_config.json'];
    expect(readdirSync(folder).sort()).toEqual([...always, ...vocabulary].sort());
    const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
    expect(read('tokenizer_config.json')).toMatchObject({
      model_max_length: 32,
      ...read('special_tokens_map.json'),
    });
    expect(read('tokenizer.json')).toMatchObject({ truncation: null, padding: null });
  });

  it('name the tokens that only tokenizer.json knows', () => {
    const folder = folderOf({});
    open(folderOf(caseOf('xlm-roberta, tokenizer.json').files)).saveTokenizerFiles(folder, [
      'input_ids',
      'attention_mask',
    ]);
    const map = JSON.parse(readFileSync(join(folder, 'special_tokens_map.json'), 'utf8'));
    const expected = { cls_token: '<s>', sep_token: '</s>', unk_token: '<unk>', pad_token: '<pad>' };
    expect(map).toEqual({ ...expected, mask_token: '<mask>' });
  });

  it('may be written over the ones they were read from', () => {
    const { files, ids } = caseOf('bert uncased, vocab.txt');
    const folder = folderOf(files);
    open(folder).saveTokenizerFiles(folder, ['input_ids', 'attention_mask']);
    expect(texts.map((text) => list(open(folder).encode(text).ids))).toEqual(ids);
  });
});

const vocabulary = resolve(import.meta.dirname, '../../../shared/data/vocab/bert-base-uncased-vocab.txt');

it.skipIf(!existsSync(vocabulary))(
  "reads BERT's own vocabulary (skipped where ../shared/data is absent)",
  () => {
    const tokenizer = open(folderOf({ 'vocab.txt': readFileSync(vocabulary) }), { vocabularySize: 30_522 });
    expect(tokenizer.vocabularySize).toBe(30_522);
    expect(tokenizer.unknownId).toBe(100);
    // The example of transformers' documentation.
    expect(list(tokenizer.encode('Using a Transformer network is simple').ids)).toEqual([
      101, 2478, 1037, 10938, 2121, 2897, 2003, 3722, 102,
    ]);
  },
);
