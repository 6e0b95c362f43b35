import { HumanError } from '../../protocol/human-error';
import type { ReadTokenizer } from './files';
import { wordsOf } from './json';
import type { Marks } from './marks';

/**
 * The highest id of a tokenizer.
 *
 * @param rows of the encoder's word table
 * @throws HumanError where an id is in none of them, and where a token that texts need is missing.
 */
export function checkFit({ json, special }: ReadTokenizer, marks: Marks, rows: number): number {
  const words = wordsOf(json);
  const known = new Set(words.values());
  let highest = 0;
  let last = '';
  for (const [word, id] of words) {
    if (id < highest) continue;
    highest = id;
    last = word;
  }
  if (highest >= rows) {
    throw new HumanError(
      `The tokenizer does not fit the encoder: expected ids below ${rows} (the encoder's vocabulary), found ` +
        `${highest} ("${last}").`,
      {
        hint: 'The tokenizer and the weights must come from the same checkpoint: copy or download it again.',
      },
    );
  }
  const missing = [
    ...[...marks.before, ...marks.after].filter((id) => !known.has(id)).map((id) => `the mark with id ${id}`),
    ...Object.entries(special)
      .filter(([role, token]) => neededRoles.includes(role) && !words.has(token))
      .map(([role, token]) => `"${token}" (${role})`),
    ...missingUnknown(json.model, words),
  ];
  if (missing.length > 0) {
    throw new HumanError(`The vocabulary lacks ${missing.join(', ')}.`, {
      hint: 'The file is damaged, or belongs to another tokenizer_config.json: copy or download the checkpoint again.',
    });
  }
  return highest;
}

/** Without the others (mask, end of a sequence) a classifier can do. */
const neededRoles = ['cls_token', 'sep_token', 'pad_token', 'unk_token'];

function missingUnknown(model: ReadTokenizer['json']['model'], words: ReadonlyMap<string, number>): string[] {
  if (model.type === 'Unigram') {
    if (model.unk_id == null) return ['"unk_id", the piece for unknown characters'];
    return model.unk_id < model.vocab.length ? [] : [`the piece with "unk_id" ${model.unk_id}`];
  }
  return model.unk_token == null || words.has(model.unk_token) ? [] : [`"${model.unk_token}" (unk_token)`];
}
