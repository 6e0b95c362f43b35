import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { fileError } from '../../protocol/file-error';
import { HumanError } from '../../protocol/human-error';
import { firstProblem } from './steps';

/** A token is written as itself or as an object. */
const token = z
  .union([z.string(), z.looseObject({ content: z.string() }), z.null()])
  .transform((written) => (typeof written === 'object' ? written?.content : written))
  .optional();
const flag = z.boolean().nullish();

/** A token's part in a text, and what it looks like: `cls_token` is `[CLS]`. */
const specialSchema = z.object({
  bos_token: token,
  eos_token: token,
  unk_token: token,
  sep_token: token,
  pad_token: token,
  cls_token: token,
  mask_token: token,
});

const configSchema = specialSchema.extend({
  tokenizer_class: z.string().nullish(),
  /** Where there is no limit, a huge number is written. */
  model_max_length: z.number().nullish(),
  do_lower_case: flag,
  strip_accents: flag,
  tokenize_chinese_chars: flag,
  keep_accents: flag,
  add_prefix_space: flag,
  added_tokens_decoder: z.record(z.string(), z.looseObject({ content: z.string() })).nullish(),
});

export type Special = Readonly<Record<string, string>>;
/** What `tokenizer_config.json` and its kin say. */
export interface TokenizerSettings extends z.infer<typeof configSchema> {
  /** Without the `Fast` that says which of transformers' implementations it is. */
  className: string | undefined;
  special: Special;
  /** `added_tokens.json` of old checkpoints: tokens behind the vocabulary, by their text. */
  added: Readonly<Record<string, number>>;
}

/** @throws HumanError where one of the files is damaged; none needs to be there. */
export function readSettings(folder: string): TokenizerSettings {
  const config = readJson(folder, 'tokenizer_config.json', configSchema) ?? {};
  const map = readJson(folder, 'special_tokens_map.json', specialSchema) ?? {};
  const named = readJson(folder, 'config.json', z.object({ tokenizer_class: z.string().nullish() }));
  const added = readJson(folder, 'added_tokens.json', z.record(z.string(), z.int().min(0))) ?? {};
  const className = config.tokenizer_class ?? named?.tokenizer_class ?? undefined;
  const special = Object.fromEntries(
    Object.keys(specialSchema.shape).flatMap((role) => {
      const content = config[role as keyof typeof map] ?? map[role as keyof typeof map];
      return content ? [[role, content]] : [];
    }),
  );
  return { ...config, className: className?.replace(/Fast$/, ''), special, added };
}

/** A file of JSON that need not be there. */
function readJson<Schema extends z.ZodType>(folder: string, name: string, schema: Schema) {
  const file = join(folder, name);
  return existsSync(file) ? parseJson(readText(file), file, schema) : undefined;
}

export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw fileError('reading', file, error);
  }
}

/** @throws HumanError which names the first thing that is wrong. */
export function parseJson<Schema extends z.ZodType>(text: string, file: string, schema: Schema) {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged(file, (cause as Error).message, cause);
  }
  return checked(schema, value, file);
}

/** As `parseJson`, of what was parsed. */
export function checked<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  file: string,
): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (!result.success) throw damaged(file, firstProblem(result.error), result.error);
  return result.data;
}

function damaged(file: string, why: string, cause: unknown): HumanError {
  return new HumanError(`This file of a tokenizer cannot be read: ${why}`, {
    place: { file },
    hint: 'It is damaged or of another kind: copy or download the checkpoint again.',
    cause,
  });
}
