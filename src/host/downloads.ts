import { dirname } from 'node:path';
import { possibleDownloads } from '../experiment/known-vectors';
import type { Experiment } from '../experiment/schema';
import { missingDataset } from '../hub/missing-dataset';
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
    const missing = unlessMistaken(() => missingEncoder(encoder, folder, env));
    if (!missing) return [];
    const { name, bytes, cache } = missing;
    return [
      {
        // Two revisions of one encoder are told apart.
        name: `the encoder ${name}${encoder.revision === 'main' ? '' : ` (${encoder.revision})`}`,
        size: bytes === undefined ? '' : `about ${bytesText(bytes)}`,
        folder: cache,
      },
    ];
  });
  return [...datasetsOf(experiment, env), ...vectors, ...encoders];
}

function datasetsOf({ data: { hub } }: Experiment, env: NodeJS.ProcessEnv): Download[] {
  const missing = hub && unlessMistaken(() => missingDataset(hub, env));
  if (!missing) return [];
  const { name, bytes, cache } = missing;
  return [
    {
      name: `the data set ${name}`,
      size: bytes === undefined ? '' : `about ${bytesText(bytes)}`,
      folder: cache,
    },
  ];
}

interface EncoderName {
  encoder: string;
  revision: string;
}

/** The experiment's own, or what the trials of its search start from: their values take the place of its own. */
function encodersOf({ model, search }: Experiment): EncoderName[] {
  const tried = (option: string, own: readonly unknown[]): readonly unknown[] => {
    const values = search?.options[option];
    return Array.isArray(values) ? values : own;
  };
  const named = tried('model', [model])
    .filter(isPretrained)
    .flatMap(({ encoder, revision = 'main' }) =>
      tried('model.encoder', [encoder]).flatMap((name) =>
        tried('model.revision', [revision]).map((other) => ({ encoder: name, revision: other })),
      ),
    )
    .filter((one): one is EncoderName => typeof one.encoder === 'string' && typeof one.revision === 'string');
  // Several revisions of one encoder are as many downloads.
  return [...new Map(named.map((one) => [JSON.stringify([one.encoder, one.revision]), one])).values()];
}

/** A model that a search lists is as it is written there: without defaults. */
function isPretrained(model: unknown): model is { encoder?: unknown; revision?: unknown } {
  return typeof model === 'object' && model !== null && 'type' in model && model.type === 'pretrained';
}

/** A name that leads nowhere is the check's business, and the training process's. */
function unlessMistaken<T>(look: () => T): T | undefined {
  try {
    return look();
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
    detail: `This experiment needs ${downloads.length === 1 ? 'it' : 'them'}. ${them} downloaded once and kept in ${folders}.${unknown}`,
  };
}
