import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { percent, table, withSection } from '../pretrained/card-text';
import { usage } from '../pretrained/card-usage';
import { CARD_FILE, USE } from '../pretrained/model-card';
import { countOf } from '../protocol/count';
import type { Task } from '../protocol/events';
import { writeFileAtomic } from '../runs/atomic';
import type { OnnxForm } from '../runs/model-files';

/** A stored form of a network, and how it did beside the one that was trained. */
export interface FormFacts {
  readonly form: OnnxForm;
  /** From the model's folder, with forward slashes. */
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

const meanings: { readonly [Form in OnnxForm]: string } = {
  fp32: 'as it was trained',
  fp16: 'weights stored in 16 bits, computed in 32',
  int8: 'weights in 8 bits with a scale for each output, products in whole numbers',
};

/**
 * Tells in a folder's card how large and how good its network is beside the one that was trained, and how it is used.
 *
 * @param forms the last one is the network that lies in the folder
 */
export function writeFormsIntoCard(
  folder: string,
  task: Task,
  forms: readonly FormFacts[],
  measuredOn?: MeasuredOn,
): void {
  const file = join(folder, CARD_FILE);
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '# A text classifier made with TextClf\n';
  const { form, file: network } = forms.at(-1)!;
  // Only fine-tuned encoders have a card, and open in Hugging Face's libraries.
  const hasUse = before.includes(`\n${USE}\n`);
  const files = { hasCheckpoint: false, form, network };
  const told = hasUse ? withSection(before, USE, usage(task, files)) : before;
  writeFileAtomic(file, withSection(told, '## ONNX forms', formLines(forms, measuredOn)));
}

function formLines(forms: readonly FormFacts[], measuredOn: MeasuredOn | undefined): string[] {
  const share = (value: number | undefined) => (value === undefined ? '' : percent(value));
  return [
    measuredOn
      ? `Measured on ${countOf(measuredOn.rows, `${measuredOn.split} row`)}; this folder has the last one:`
      : 'Not measured: the rows were not at hand. This folder has the last one:',
    '',
    ...table(
      ['file', 'MB', 'accuracy', 'macro F1', 'same answers as fp32'],
      forms.map(({ form, file, bytes, accuracy, macroF1, agreement }) => [
        `\`${file}\`: ${meanings[form]}`,
        (bytes / 1e6).toFixed(1),
        ...[accuracy, macroF1, agreement].map(share),
      ]),
    ),
  ];
}
