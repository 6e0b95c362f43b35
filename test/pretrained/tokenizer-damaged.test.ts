import { describe, expect, it } from 'vitest';
import { HumanError } from '../../src/protocol/human-error';
import { caseOf, folderOf, open } from './tokenizer-folder';

const bert = JSON.parse(caseOf('bert uncased, tokenizer.json').files['tokenizer.json'] as string);
const unigram = JSON.parse(caseOf('xlm-roberta, tokenizer.json').files['tokenizer.json'] as string);
const { files: vocabulary } = caseOf('bert uncased, vocab.txt');
const model = caseOf('albert, spiece.model').files['spiece.model'] as { base64: string };
const pieces = Buffer.from(model.base64, 'base64');
const words = Object.keys(bert.model.vocab).length;

/** `tokenizer.json` with parts of it exchanged. */
const withParts = (parts: object) => ({ 'tokenizer.json': { ...bert, ...parts } });
const withModel = (parts: object) => withParts({ model: { ...bert.model, ...parts } });
const without = (word: string) => {
  const { [word]: _, ...vocab } = bert.model.vocab;
  return { model: { ...bert.model, vocab }, added_tokens: [] };
};

type Options = Parameters<typeof open>[1];
const refused: [what: string, files: object, expected: string[], options?: Options][] = [
  ['no tokenizer at all', {}, ['no tokenizer in this folder', 'tokenizer.json', 'vocab.txt', 'spiece.model']],
  ['half of vocab.json and merges.txt', { 'vocab.json': {} }, ['no tokenizer in this folder']],
  ['text that is not JSON', { 'tokenizer.json': '{"model": ' }, ['tokenizer.json', 'JSON']],
  ['a list', { 'tokenizer.json': [] }, ['tokenizer.json', 'expected object']],
  ['no model', { 'tokenizer.json': {} }, ['tokenizer.json', 'model']],
  [
    'a model of another kind',
    withModel({ type: 'WordLevel' }),
    ['tokenizer.json', 'model.type', 'WordPiece'],
  ],
  ['a vocabulary that is a list', withModel({ vocab: ['a'] }), ['model.vocab', 'words and their ids']],
  ['an id that is no number', withModel({ vocab: { a: '1' } }), ['model.vocab', 'words and their ids']],
  ['a negative id', withModel({ vocab: { a: -1 } }), ['model.vocab', 'words and their ids']],
  [
    'pieces without scores',
    { 'tokenizer.json': { ...unigram, model: { ...unigram.model, vocab: [['a']] } } },
    ['scores'],
  ],
  [
    'no unknown piece',
    { 'tokenizer.json': { ...unigram, model: { ...unigram.model, unk_id: null } } },
    ['unk_id'],
  ],
  [
    'an unknown piece that is none',
    { 'tokenizer.json': { ...unigram, model: { ...unigram.model, unk_id: 99_999 } } },
    ['99999'],
  ],
  ['merges that are no pairs', withModel({ type: 'BPE', merges: ['ab'] }), ['model.merges', 'pairs']],
  [
    'a normalizer that is not known',
    withParts({ normalizer: { type: 'Magic' } }),
    ['normalizer "Magic"', 'NFKC'],
  ],
  [
    'a normalizer called like a method',
    withParts({ normalizer: { type: 'toString' } }),
    ['normalizer "toString"'],
  ],
  [
    'one within a sequence',
    withParts({ normalizer: { type: 'Sequence', normalizers: [{ type: 'Magic' }] } }),
    ['normalizer "Magic"'],
  ],
  [
    'a charsmap that ends too early',
    withParts({ normalizer: { type: 'Precompiled', precompiled_charsmap: 'AAEAAAAA' } }),
    ['"Precompiled" is damaged', 'too early'],
  ],
  [
    'a pattern that is no regular expression',
    withParts({ normalizer: { type: 'Replace', pattern: { Regex: '(' }, content: '' } }),
    ['"Replace" is damaged'],
  ],
  [
    'a pre-tokenizer that is not known',
    withParts({ pre_tokenizer: { type: 'Magic' } }),
    ['pre-tokenizer "Magic"'],
  ],
  [
    'a post-processor that is damaged',
    withParts({ post_processor: { type: 'BertProcessing' } }),
    ['damaged', 'cls'],
  ],
  ['no marks', withParts({ post_processor: null }), ['no mark such as [CLS]']],
  ['a vocabulary without its mark', withParts(without('[CLS]')), ['lacks the mark with id 2']],
  ['a vocabulary without the unknown word', withParts(without('[UNK]')), ['lacks "[UNK]"']],
  [
    'a vocabulary without its padding',
    { ...withParts(without('[PAD]')), 'tokenizer_config.json': { pad_token: '[PAD]' } },
    ['lacks "[PAD]"'],
  ],
  [
    'vocab.txt without its mark',
    { 'vocab.txt': '[PAD]\n[UNK]\n[SEP]\na\n' },
    ['vocab.txt', 'lacks the mark "[CLS]"'],
  ],
  ['an empty vocab.txt', { 'vocab.txt': '' }, ['vocab.txt', 'lacks']],
  [
    'vocab.txt of another class',
    { ...vocabulary, 'tokenizer_config.json': { tokenizer_class: 'BertJapaneseTokenizer' } },
    ['vocab.txt', 'BertJapaneseTokenizer', 'save_pretrained'],
  ],
  ['vocab.json that is none', { 'vocab.json': '[', 'merges.txt': '' }, ['vocab.json', 'cannot be read']],
  [
    'a damaged tokenizer_config.json',
    { ...vocabulary, 'tokenizer_config.json': '{' },
    ['tokenizer_config.json'],
  ],
  [
    'an option of the wrong kind',
    { ...vocabulary, 'tokenizer_config.json': { do_lower_case: 'yes' } },
    ['tokenizer_config.json', 'do_lower_case', 'boolean'],
  ],
  [
    'a SentencePiece model of other bytes',
    { 'spiece.model': Buffer.from('not a model') },
    ['spiece.model', 'SentencePiece'],
  ],
  ['an empty SentencePiece model', { 'spiece.model': '' }, ['spiece.model', 'no pieces']],
  ['a cut SentencePiece model', { 'spiece.model': pieces.subarray(0, 3000) }, ['spiece.model']],
  [
    'more ids than the encoder has rows',
    vocabulary,
    ['below 100', String(words - 1)],
    { vocabularySize: 100 },
  ],
  ['one id too many', vocabulary, [`below ${words - 1}`], { vocabularySize: words - 1 }],
  ['a limit without room', vocabulary, ['At most 2 tokens', '"maxLength" to 3'], { maxLength: 2 }],
];

describe('a tokenizer is refused with words', () => {
  it.each(refused)('for %s', (_, files, expected, options) => {
    let error: unknown;
    try {
      open(folderOf(files as Record<string, unknown>), options);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(HumanError);
    const { message, hint, place } = error as HumanError;
    expect(place?.file).toBeTruthy();
    for (const part of expected) expect([place?.file, message, hint].join('\n')).toContain(part);
  });

  it('but not when it just fits', () => {
    expect(open(folderOf(vocabulary), { vocabularySize: words }).vocabularySize).toBe(words);
    expect(open(folderOf(vocabulary), { maxLength: 3 }).encode('the fox').ids).toHaveLength(3);
  });
});
