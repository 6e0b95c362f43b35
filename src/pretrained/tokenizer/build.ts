import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listNames, quoteName } from '../../protocol/did-you-mean';
import { fileError } from '../../protocol/file-error';
import { HumanError } from '../../protocol/human-error';
import { type AddedToken, type TokenizerJson, tokenizerSchema, wordsOf } from './json';
import { checked, type Special, type TokenizerSettings } from './settings';
import { type Built, buildAlbert, buildByteLevel, buildWordPiece, buildXlmRoberta } from './vocabulary';

const ofBert: Special = {
  unk_token: '[UNK]',
  sep_token: '[SEP]',
  pad_token: '[PAD]',
  cls_token: '[CLS]',
  mask_token: '[MASK]',
};
const ofRoberta: Special = {
  bos_token: '<s>',
  eos_token: '</s>',
  unk_token: '<unk>',
  sep_token: '</s>',
  pad_token: '<pad>',
  cls_token: '<s>',
  mask_token: '<mask>',
};
const ofAlbert: Special = {
  ...ofBert,
  bos_token: '[CLS]',
  eos_token: '[SEP]',
  unk_token: '<unk>',
  pad_token: '<pad>',
};

/** Which files make which tokenizer, and which of transformers' classes read them so. */
const kinds = [
  {
    files: ['vocab.txt'],
    classes: ['BertTokenizer', 'DistilBertTokenizer'],
    special: ofBert,
    build: buildWordPiece,
  },
  {
    files: ['vocab.json', 'merges.txt'],
    classes: ['RobertaTokenizer'],
    special: ofRoberta,
    build: buildByteLevel,
  },
  { files: ['spiece.model'], classes: ['AlbertTokenizer'], special: ofAlbert, build: buildAlbert },
  {
    files: ['sentencepiece.bpe.model'],
    classes: ['XLMRobertaTokenizer', 'CamembertTokenizer'],
    special: ofRoberta,
    build: buildXlmRoberta,
  },
];

/** All files that a tokenizer without `tokenizer.json` may lie in. */
export const vocabularyFiles: readonly string[] = kinds.flatMap(({ files }) => files);

/**
 * Makes the contents of a `tokenizer.json` from the vocabulary files of a folder.
 *
 * @throws HumanError where there are none, and where another class would read them otherwise.
 */
export function buildTokenizer(
  folder: string,
  settings: TokenizerSettings,
): { json: TokenizerJson; special: Special; file: string } {
  const kind = kinds.find(({ files }) => files.every((name) => existsSync(join(folder, name))));
  if (!kind) {
    throw new HumanError('There is no tokenizer in this folder.', {
      place: { file: folder },
      hint: `Expected is tokenizer.json, or ${listNames(kinds.map(({ files }) => files.join(' with ')))}.`,
    });
  }
  const file = join(folder, kind.files[0]!);
  if (!kind.classes.includes(settings.className ?? kind.classes[0]!)) {
    throw new HumanError(
      `${quoteName(settings.className!)} is not among the tokenizers that can be made from ${kind.files.join(' and ')}: ` +
        `${listNames(kind.classes)}.`,
      {
        place: { file },
        hint: 'Save its tokenizer.json with Python: AutoTokenizer.from_pretrained(folder).save_pretrained(folder)',
      },
    );
  }
  const special = { ...kind.special, ...settings.special };
  const files = kind.files.map((name) => readBytes(join(folder, name)));
  const { symbols = [], ...built } = kind.build(files, settings, special);
  const json = checked(tokenizerSchema, { version: '1.0', truncation: null, padding: null, ...built }, file);
  const words = wordsOf(json);
  return {
    file,
    special,
    json: {
      ...json,
      added_tokens: addedTokens(words, symbols, settings, special, json.model.type),
      post_processor: marksAround(words, special, json.model.type, file),
    },
  };
}

function readBytes(path: string) {
  try {
    return { path, bytes: readFileSync(path) };
  } catch (error) {
    throw fileError('reading', path, error);
  }
}

/** The tokens that stand for themselves in a text, each at the id that the vocabulary or else the settings give it. */
function addedTokens(
  words: ReadonlyMap<string, number>,
  symbols: NonNullable<Built['symbols']>,
  { added_tokens_decoder, added }: TokenizerSettings,
  special: Special,
  model: string,
): AddedToken[] {
  const tokens = new Map<string, AddedToken>();
  const add = (content: string, id: number | undefined, token: Partial<AddedToken>) => {
    if (id === undefined || tokens.has(content)) return;
    tokens.set(content, { ...plainToken, ...token, content, id });
  };
  for (const [id, token] of Object.entries(added_tokens_decoder ?? {})) {
    add(token.content, words.get(token.content) ?? Number(id), token);
  }
  for (const [role, content] of Object.entries(special)) {
    // A mask takes the space before it, where spaces are part of the words.
    add(content, words.get(content) ?? added[content], {
      special: true,
      lstrip: role === 'mask_token' && model !== 'WordPiece',
    });
  }
  for (const [content, isSpecial] of symbols) add(content, words.get(content), { special: isSpecial });
  for (const [content, id] of Object.entries(added)) {
    add(content, words.get(content) ?? id, { normalized: true });
  }
  return [...tokens.values()].sort((a, b) => a.id - b.id);
}

const plainToken = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: false };

function marksAround(
  words: ReadonlyMap<string, number>,
  { cls_token: cls = '', sep_token: sep = '' }: Special,
  model: string,
  file: string,
) {
  const idOf = (content: string): number => {
    const id = words.get(content);
    if (id !== undefined) return id;
    throw new HumanError(`The vocabulary lacks the mark ${quoteName(content)}.`, {
      place: { file },
      hint: 'The file is damaged, or belongs to another tokenizer_config.json: copy or download the checkpoint again.',
    });
  };
  const clsId = idOf(cls);
  const sepId = idOf(sep);
  if (cls.startsWith('<')) {
    return {
      type: 'RobertaProcessing',
      sep: [sep, sepId],
      cls: [cls, clsId],
      trim_offsets: true,
      add_prefix_space: model === 'Unigram',
    };
  }
  const mark = (id: string, type_id: number) => ({ SpecialToken: { id, type_id } });
  const text = (id: string, type_id: number) => ({ Sequence: { id, type_id } });
  const first = [mark(cls, 0), text('A', 0), mark(sep, 0)];
  return {
    type: 'TemplateProcessing',
    single: first,
    pair: [...first, text('B', 1), mark(sep, 1)],
    special_tokens: {
      [cls]: { id: cls, ids: [clsId], tokens: [cls] },
      [sep]: { id: sep, ids: [sepId], tokens: [sep] },
    },
  };
}
