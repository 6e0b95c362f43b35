import { dirname } from 'node:path';
import { possibleDownloads } from '../experiment/known-vectors';
import type { Experiment } from '../experiment/schema';
import { missingEncoder } from '../hub/missing-encoder';
import { bytesText } from '../protocol/bytes';
import { HumanError } from '../protocol/human-error';

/** What training would fetch first. */
export interface Download {
  /** For a person: "the encoder bert-base-uncased". */
  name: string;
  /** "134 MB"; empty where only the server knows. */
  size: string;
  /** The folder that it would be kept in. */
  folder: string;
}

/**
 * All that training this experiment may have to download, its search's alternatives too. Connects to nothing.
 *
 * @param folder the experiment's
 */
export function downloadsOf(
  experiment: Experiment,
  folder: string,
  env: NodeJS.ProcessEnv = process.env,
): Download[] {
  const vectors = possibleDownloads(experiment, env).map(({ name, bytes, file }) => ({
    name: `the word vectors ${name}`,
    size: bytesText(bytes),
    folder: dirname(file),
  }));
  const encoders = encodersOf(experiment).flatMap((encoder) => {
    const missing = missingOf(encoder, folder, env);
    if (!missing) return [];
    const { name, bytes, cache } = missing;
    return [
      {
        name: `the encoder ${name}`,
        size: bytes === undefined ? '' : `about ${bytesText(bytes)}`,
        folder: cache,
      },
    ];
  });
  return [...vectors, ...encoders];
}

interface EncoderName {
  encoder: string;
  revision: string;
}

/** The experiment's own, and what its search puts in the place of it or of the whole model. */
function encodersOf({ model, search }: Experiment): EncoderName[] {
  const own = model.type === 'pretrained' ? [model] : [];
  const { revision } = own[0] ?? { revision: 'main' };
  const options = search?.options ?? {};
  const tried = (option: string): readonly unknown[] => {
    const values = options[option];
    return Array.isArray(values) ? values : [];
  };
  const models = tried('model').filter(
    (value): value is Partial<EncoderName> => typeof value === 'object' && value !== null,
  );
  const all = [
    ...own,
    ...tried('model.encoder').map((encoder) => ({ encoder, revision })),
    ...models.map(({ encoder, revision = 'main' }) => ({ encoder, revision })),
  ];
  const named = all.filter((one): one is EncoderName => typeof one.encoder === 'string');
  return named.filter(({ encoder }, i) => named.findIndex((other) => other.encoder === encoder) === i);
}

/** A name that leads nowhere is the check's business, and the training process's. */
function missingOf(encoder: EncoderName, folder: string, env: NodeJS.ProcessEnv) {
  try {
    return missingEncoder(encoder, folder, env);
  } catch (error) {
    if (error instanceof HumanError) return undefined;
    throw error;
  }
}

/** What a person is asked before it; undefined where there is nothing to download. */
export function downloadQuestion(
  downloads: readonly Download[],
): { question: string; detail: string } | undefined {
  if (downloads.length === 0) return undefined;
  const list = downloads.map(({ name, size }) => (size ? `${name} (${size})` : name)).join(', ');
  const folders = [...new Set(downloads.map(({ folder }) => folder))].join(' and ');
  const them = downloads.length === 1 ? 'It is' : 'They are';
  const unknown = downloads.some(({ size }) => size === '')
    ? ' How much it is where that is not said, is told when the download starts.'
    : '';
  return {
    question: `Download ${list}?`,
    detail: `This experiment starts from ${downloads.length === 1 ? 'it' : 'them'}. ${them} downloaded once and kept in ${folders}.${unknown}`,
  };
}
