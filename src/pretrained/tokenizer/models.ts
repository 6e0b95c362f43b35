import { BPE, WordPiece } from '@huggingface/tokenizers';
import type { ModelJson } from './json';
import { unigramOf } from './unigram';
import { remembered } from './words';

/** The ids of a word's pieces. */
export type Encode = (word: string) => readonly number[];

export interface Model {
  encode: Encode;
  /** Of what has no other id; byte-level models have none. */
  unknownId: number | undefined;
}

/** What cuts words into pieces, with a memory for the words that it has seen. */
export function modelOf(json: ModelJson): Model {
  if (json.type === 'Unigram') {
    return { encode: remembered(unigramOf(json)), unknownId: json.unk_id ?? undefined };
  }
  const vocabulary = new Map(Object.entries(json.vocab));
  const unknownId = vocabulary.get(json.unk_token ?? '');
  const model = json.type === 'WordPiece' ? new WordPiece(json) : new BPE(withoutNulls(json));
  const encode = (word: string) => model([word]).flatMap((piece) => vocabulary.get(piece) ?? unknownId ?? []);
  return { encode: remembered(encode), unknownId };
}

function withoutNulls({ unk_token, ...json }: Extract<ModelJson, { type: 'BPE' }>) {
  const { vocab, merges, fuse_unk, byte_fallback, ignore_merges } = json;
  const unknown = unk_token == null ? {} : { unk_token };
  return { type: 'BPE' as const, vocab, merges, fuse_unk, byte_fallback, ignore_merges, ...unknown };
}
