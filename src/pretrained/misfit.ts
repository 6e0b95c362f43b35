import { countOf } from '../protocol/count';
import { quoteName } from '../protocol/did-you-mean';
import { HumanError } from '../protocol/human-error';
import type { EncoderConfig } from './config';

export function missingTensors(missing: string[], path: string, config: EncoderConfig): HumanError {
  const why = `${countOf(missing.length, 'tensor')} of the encoder ${missing.length === 1 ? 'is' : 'are'} missing: ${someOf(missing)}`;
  return misfit(path, why, aboutConfig(config));
}

export function extraTensors(extra: string[], path: string, config: EncoderConfig): HumanError {
  const why = `it has ${countOf(extra.length, 'tensor')} that such an encoder does not have: ${someOf(extra)}`;
  return misfit(path, why, aboutConfig(config));
}

function someOf(names: readonly string[]): string {
  const shown = names.slice(0, 3).map(quoteName).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

export function aboutConfig({ modelType, layers, hiddenSize, vocabularySize }: EncoderConfig): string {
  return `config.json says: ${modelType}, ${countOf(layers, 'layer')} of ${hiddenSize} units, ${countOf(vocabularySize, 'token')}. Both files have to be of one checkpoint: download it again, all its files.`;
}

export function misfit(
  path: string,
  why: string,
  hint = 'Download the checkpoint again, all its files.',
): HumanError {
  return new HumanError(`This checkpoint does not fit its config.json: ${why}.`, {
    place: { file: path },
    hint,
  });
}
