import type { ReadTokenizer } from './files';
import { wordsOf } from './json';
import type { Marks } from './marks';
import type { Special } from './settings';

/**
 * A tokenizer all of whose special tokens are known by their roles, and found in texts: as transformers, which adds to
 * those of `tokenizer.json` the ones that `tokenizer_config.json` names.
 */
export function withRoles(read: ReadTokenizer, marks: Marks): ReadTokenizer {
  const words = wordsOf(read.json);
  const special = { ...foundRoles(read, marks, words), ...read.special };
  const tokens = new Map(read.json.added_tokens.map((token) => [token.content, token]));
  for (const content of Object.values(special)) {
    const id = words.get(content);
    if (id !== undefined && !tokens.has(content)) tokens.set(content, { ...specialToken, content, id });
  }
  const added_tokens = [...tokens.values()].sort((a, b) => a.id - b.id);
  return { ...read, special, json: { ...read.json, added_tokens } };
}

const specialToken = {
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
};

/** The roles that a `tokenizer.json` tells by itself. */
function foundRoles(
  { json: { model } }: ReadTokenizer,
  { before, after }: Marks,
  words: ReadonlyMap<string, number>,
): Special {
  const contents = new Map([...words].map(([content, id]) => [id, content]));
  const roles = {
    cls_token: contents.get(before[0]!),
    sep_token: contents.get(after.at(-1) ?? -1),
    unk_token: model.type === 'Unigram' ? contents.get(model.unk_id ?? -1) : model.unk_token,
    pad_token: ['[PAD]', '<pad>'].find((content) => words.has(content)),
    mask_token: ['[MASK]', '<mask>'].find((content) => words.has(content)),
  };
  return Object.fromEntries(
    Object.entries(roles).flatMap(([role, content]) => (content ? [[role, content]] : [])),
  );
}
