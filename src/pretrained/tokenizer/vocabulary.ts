import { HumanError } from '../../protocol/human-error';
import { readSentencePiece } from './sentencepiece';
import type { Special, TokenizerSettings } from './settings';

/** What a builder is given: the bytes and the path of a vocabulary file. */
export interface VocabularyFile {
  path: string;
  bytes: Buffer;
}

type Json = Record<string, unknown>;

/** The parts of a `tokenizer.json` that a vocabulary decides. */
export interface Built {
  model: Json;
  normalizer: Json | null;
  pre_tokenizer: Json;
  decoder: Json;
  /** Tokens that stand for themselves beside the special ones; whether they are special too. */
  symbols?: [content: string, special: boolean][];
}

type Build = (files: VocabularyFile[], settings: TokenizerSettings, special: Special) => Built;

/** `vocab.txt`: a word a line. As transformers' `BertTokenizer`. */
export const buildWordPiece: Build = ([file], settings, special) => {
  const lines = file!.bytes.toString('utf8').split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return {
    model: {
      type: 'WordPiece',
      unk_token: special.unk_token,
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(lines.map((line, id) => [line.trimEnd(), id])),
    },
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: settings.tokenize_chinese_chars ?? true,
      strip_accents: settings.strip_accents ?? null,
      lowercase: settings.do_lower_case ?? true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  };
};

/** `vocab.json` and `merges.txt`: byte-level BPE. As transformers' `RobertaTokenizer`. */
export const buildByteLevel: Build = ([vocabulary, merges], settings) => {
  const lines = merges!.bytes.toString('utf8').split(/\r?\n/);
  const byteLevel = {
    type: 'ByteLevel',
    add_prefix_space: settings.add_prefix_space ?? false,
    trim_offsets: true,
    use_regex: true,
  };
  return {
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: parseVocabulary(vocabulary!),
      merges: lines.filter((line) => line !== '' && !line.startsWith('#version')),
    },
    normalizer: null,
    pre_tokenizer: byteLevel,
    decoder: byteLevel,
  };
};

function parseVocabulary({ bytes, path }: VocabularyFile): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new HumanError(`This vocabulary cannot be read: ${(cause as Error).message}`, {
      place: { file: path },
      hint: 'It is damaged: copy or download the checkpoint again.',
      cause,
    });
  }
}

/** `spiece.model`. As transformers' `AlbertConverter`. */
export const buildAlbert: Build = ([file], settings) => {
  const { pieces, unknownId, charsmap } = readSentencePiece(file!.bytes, file!.path);
  const replace = (from: string) => ({ type: 'Replace', pattern: { String: from }, content: '"' });
  return {
    model: {
      type: 'Unigram',
      unk_id: unknownId,
      // A number with a comma behind it is to be cut before the comma, as the original tokenizer does it.
      vocab: pieces.map(({ text, score }) => [text, /\p{Nd},$/u.test(text) ? score - 100 : score]),
      byte_fallback: false,
    },
    normalizer: {
      type: 'Sequence',
      normalizers: [
        replace('``'),
        replace("''"),
        ...(settings.keep_accents ? [] : [{ type: 'NFKD' }, { type: 'StripAccents' }]),
        ...((settings.do_lower_case ?? true) ? [{ type: 'Lowercase' }] : []),
        ...precompiled(charsmap),
      ],
    },
    ...metaspaceOf(settings),
    symbols: symbolsOf(pieces),
  };
};

/**
 * `sentencepiece.bpe.model`. As transformers' `XLMRobertaTokenizer` and `CamembertTokenizer`: the ids are those of
 * fairseq, which has its own special tokens before the pieces.
 */
export const buildXlmRoberta: Build = ([file], settings, special) => {
  const { pieces, charsmap } = readSentencePiece(file!.bytes, file!.path);
  const { bos_token, pad_token, eos_token, unk_token, mask_token } = special;
  const scored = pieces.map(({ text, score }) => [text, score]);
  const before: [piece: string | undefined, score: number][] =
    settings.className === 'CamembertTokenizer'
      ? [
          ['<s>NOTUSED', 0],
          [pad_token, 0],
          ['</s>NOTUSED', 0],
          [unk_token, 0],
          ['<unk>NOTUSED', -100],
        ]
      : [
          [bos_token, 0],
          [pad_token, 0],
          [eos_token, 0],
          [unk_token, 0],
        ];
  // CamemBERT keeps the model's own <s> and </s>, its pieces 1 and 2.
  const kept = scored.slice(settings.className === 'CamembertTokenizer' ? 1 : 3);
  return {
    model: { type: 'Unigram', unk_id: 3, vocab: [...before, ...kept, [mask_token, 0]], byte_fallback: false },
    normalizer: precompiled(charsmap)[0] ?? null,
    ...metaspaceOf(settings),
    symbols: symbolsOf(pieces),
  };
};

function precompiled(charsmap: string): Json[] {
  return charsmap === '' ? [] : [{ type: 'Precompiled', precompiled_charsmap: charsmap }];
}

function metaspaceOf({ add_prefix_space }: TokenizerSettings) {
  const prepend_scheme = (add_prefix_space ?? true) ? 'always' : 'never';
  const metaspace = { type: 'Metaspace', replacement: '▁', prepend_scheme, split: true };
  return {
    pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, metaspace] },
    decoder: metaspace,
  };
}

function symbolsOf(pieces: ReturnType<typeof readSentencePiece>['pieces']): [string, boolean][] {
  return pieces.flatMap(({ text, isSymbol, isControl }) => (isSymbol ? [[text, isControl]] : []));
}
