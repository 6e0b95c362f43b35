import { OptionError } from '../experiment/option-error';
import type { PretrainedOptions } from '../experiment/schema';
import { type EncoderConfig, longestText } from '../pretrained/config';
import { countOf } from '../protocol/count';

/** What options ask of an encoder beyond what it has. */
export function beyondEncoder(
  { maxLength, freezeLayers }: PretrainedOptions,
  config: EncoderConfig,
): OptionError[] {
  const errors: OptionError[] = [];
  const longest = longestText(config);
  if (maxLength > longest) {
    errors.push(
      new OptionError(
        `This encoder reads at most ${countOf(longest, 'token')} of a text, not ${maxLength}.`,
        ['model', 'maxLength'],
        'Leave "maxLength" out to read as many as it can.',
        [{ type: 'set', values: [longest] }, { type: 'remove' }],
      ),
    );
  }
  if (freezeLayers > config.layers) {
    errors.push(
      new OptionError(
        `This encoder has ${countOf(config.layers, 'layer')}: ${freezeLayers} cannot be frozen.`,
        ['model', 'freezeLayers'],
        'Freeze fewer. To train the classifier alone, freeze all of them.',
        [{ type: 'set', values: [config.layers] }],
      ),
    );
  }
  return errors;
}
