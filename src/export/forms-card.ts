import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { percent, table } from '../pretrained/card-text';
import { CARD_FILE } from '../pretrained/model-card';
import { countOf } from '../protocol/count';
import { writeFileAtomic } from '../runs/atomic';
import type { OnnxForm } from '../runs/model-files';

/** A stored form of a network, and how it did beside the one that was trained. */
export interface FormFacts {
  readonly form: OnnxForm;
  /** From the model's folder. */
  readonly file: string;
  readonly bytes: number;
  readonly accuracy?: number;
  readonly macroF1?: number;
  /** The share of rows to which it gives the same classes as the 32-bit one. */
  readonly agreement?: number;
}

export interface MeasuredOn {
  readonly split: 'validation' | 'test';
  readonly rows: number;
}

const heading = '## ONNX forms';

const meanings: { readonly [Form in OnnxForm]: string } = {
  fp32: 'as it was trained',
  fp16: 'weights stored in 16 bits, computed in 32',
  int8: 'weights in 8 bits with a scale for each output, products in whole numbers',
};

/** Tells in a folder's card how large and how good its network is beside the one that was trained. */
export function writeFormsIntoCard(
  folder: string,
  forms: readonly FormFacts[],
  measuredOn?: MeasuredOn,
): void {
  const file = join(folder, CARD_FILE);
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '# A text classifier made with TextClf\n';
  const [kept] = before.split(`\n${heading}\n`) as [string];
  const share = (value: number | undefined) => (value === undefined ? '' : percent(value));
  const lines = [
    heading,
    '',
    measuredOn
      ? `Measured on ${countOf(measuredOn.rows, `${measuredOn.split} row`)}:`
      : 'Not measured: the rows were not at hand.',
    '',
    ...table(
      ['file', 'weights', 'MB', 'accuracy', 'macro F1', 'same answers as fp32'],
      forms.map(({ form, file, bytes, accuracy, macroF1, agreement }) => [
        `\`${file}\``,
        `${form}: ${meanings[form]}`,
        (bytes / 1e6).toFixed(1),
        ...[accuracy, macroF1, agreement].map(share),
      ]),
    ),
  ];
  writeFileAtomic(file, `${kept.trimEnd()}\n\n${lines.join('\n')}\n`);
}
