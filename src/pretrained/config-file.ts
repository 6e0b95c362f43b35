import * as z from 'zod';
import { activations } from '../nn/activations';
import { didYouMeanHint, listNames, quoteName } from '../protocol/did-you-mean';
import { HumanError } from '../protocol/human-error';
import type { EncoderConfig } from './config';
import { configSchemas, modelTypes } from './config-schema';

/** What a person may have taken for an encoder, by what the name begins with. */
const others: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^(m?t5|umt5|bart|mbart|pegasus|marian|prophetnet|led$|longt5)/, 'an encoder with a decoder'],
  [
    /^(gpt|llama|mistral|mixtral|qwen|gemma|phi|opt|bloom|falcon|deepseek|olmo|smollm|stablelm|mamba|rwkv)/,
    'a decoder, which writes texts',
  ],
];

/**
 * Reads the `config.json` of a checkpoint in Hugging Face's form.
 *
 * @param file where it was read, for messages
 * @throws HumanError where it describes no encoder of the four architectures, or contradicts itself
 */
export function parseEncoderConfig(json: string, file: string): EncoderConfig {
  const fields = parseObject(json, file);
  const modelType = fields.model_type;
  if (typeof modelType !== 'string' || !Object.hasOwn(modelTypes, modelType))
    throw unknownType(modelType, file);
  const architecture = modelTypes[modelType]!;
  const result = configSchemas[architecture].safeParse(fields);
  if (!result.success) {
    const { path, message } = result.error.issues[0]!;
    throw wrong(file, String(path[0]), message, fields[String(path[0])]);
  }
  const config: EncoderConfig = { ...result.data, architecture, modelType, json: fields };
  checkAgreement(config, file);
  return config;
}

function checkAgreement(config: EncoderConfig, file: string): void {
  const { hiddenSize, heads, paddingId, vocabularySize, positions, firstPosition, activation } = config;
  if (hiddenSize % heads !== 0) {
    throw broken(file, `a hidden size of ${hiddenSize} cannot be divided among ${heads} attention heads`);
  }
  if (paddingId >= vocabularySize) {
    throw broken(file, `"pad_token_id" is ${paddingId}, but the vocabulary has ${vocabularySize} tokens`);
  }
  if (positions - firstPosition < 3) {
    throw broken(
      file,
      `"max_position_embeddings" of ${positions} leaves no room for a text after the ${firstPosition} positions that padding takes`,
    );
  }
  if (!Object.hasOwn(activations, activation)) {
    const known = Object.keys(activations);
    throw new HumanError(`The activation function ${quoteName(activation)} of this encoder is not known.`, {
      place: { file },
      hint: `${didYouMeanHint(activation, known)}Known are ${listNames(known)}.`,
    });
  }
}

function parseObject(json: string, file: string): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(json));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? 'it is not a JSON object' : (cause as Error).message;
    throw broken(file, why, cause);
  }
}

function unknownType(found: unknown, file: string): HumanError {
  const known = listNames(Object.keys(modelTypes));
  const hint = `Choose an encoder whose "model_type" is one of ${known}.`;
  if (typeof found !== 'string') {
    const message = `"model_type" must say which architecture this is, ${known}; found ${shown(found)}.`;
    return new HumanError(message, { place: { file }, hint });
  }
  const what = others.find(([pattern]) => pattern.test(found))?.[1] ?? 'another architecture';
  return new HumanError(
    `"model_type" is ${quoteName(found)}, ${what}: BERT, RoBERTa, DistilBERT and ALBERT can be fine-tuned.`,
    { place: { file }, hint },
  );
}

function wrong(file: string, field: string, expected: string, found: unknown): HumanError {
  return broken(file, `"${field}" must be ${expected}; found ${shown(found)}`);
}

function shown(found: unknown): string {
  return found === undefined
    ? 'nothing'
    : quoteName(JSON.stringify(found)).slice(1, -1).replaceAll('\\"', '"');
}

function broken(file: string, why: string, cause?: unknown): HumanError {
  return new HumanError(`This is not the configuration of an encoder that can be fine-tuned: ${why}.`, {
    place: { file },
    hint: 'Download the checkpoint again, or choose another one.',
    cause,
  });
}
