import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { FeatureModel } from '../baseline/feature-model';
import { loadFeatureModel } from '../baseline/model-file';
import { HumanError } from '../protocol/human-error';
import { readSafetensors } from '../runs/safetensors';
import type { ModelConfig } from './model-config';

/** Texts of which one after the other is classified before anything else has its turn. */
const atOnce = 256;

/**
 * Opens the files of a baseline.
 *
 * @throws HumanError where one is missing or damaged, or where they don't belong together
 */
export function openFeatureModel(
  folder: string,
  tokenizer: { file: string; json: string },
  { outputs }: ModelConfig,
) {
  const { tensors } = readSafetensors(join(folder, 'model.safetensors'));
  const model = open(tokenizer, tensors);
  if (model.outputs !== outputs)
    throw misfit(tokenizer.file, `${model.outputs} outputs instead of ${outputs}`);
  return {
    async logits(texts: readonly string[]): Promise<Float32Array[]> {
      const results: Float32Array[] = [];
      for (let start = 0; start < texts.length; start += atOnce) {
        await setImmediate();
        const logits = model.classify(texts.slice(start, start + atOnce));
        for (let i = 0; i < logits.length; i += outputs) results.push(logits.subarray(i, i + outputs));
      }
      return results;
    },
    release: async () => {},
  };
}

function open(
  { file, json }: { file: string; json: string },
  tensors: ReturnType<typeof readSafetensors>['tensors'],
): FeatureModel {
  try {
    const arrays = Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data]));
    return loadFeatureModel(json, arrays);
  } catch (cause) {
    throw misfit(file, (cause as Error).message, cause);
  }
}

function misfit(file: string, why: string, cause?: unknown): HumanError {
  return new HumanError(
    `The tokenizer does not fit the model.safetensors and config.json beside it: ${why}.`,
    {
      place: { file },
      hint: 'A file is damaged or comes from another run. Copy all files of the model folder again, or train it anew.',
      cause,
    },
  );
}
