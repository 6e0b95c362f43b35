import { mkdirSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { Task } from '../protocol/events';
import { HumanError } from '../protocol/human-error';
import { dataFileOf, networkFile, type OnnxForm, onnxFiles } from '../runs/model-files';
import { bytesOf } from './folder-files';
import { type FormFacts, type MeasuredOn, writeFormsIntoCard } from './forms-card';
import { agreement, type Measured, measure } from './measure';
import { tellOfDataFile, writeForm } from './network-files';
import type { NoRows, RunRows } from './run-rows';

export interface FormOptions {
  /** The folder of the model. */
  readonly model: string;
  readonly signal: AbortSignal;
  /** Rows measured so far and in all, and what is being done. */
  progress(done: number, total: number, message: string): void;
}

export interface AddedForm {
  /** The written network beside the one that was trained; none for a copied folder. */
  readonly forms: readonly FormFacts[];
  /** What the forms were measured on, or why they were not. */
  readonly measuredOn?: MeasuredOn;
  readonly notMeasured?: string;
}

/**
 * Writes a form of a model's network into the folder that is being made, measures it beside the trained one and tells of
 * both in the folder's card.
 *
 * @throws HumanError where the model has no trained network to make it of; the signal's reason
 */
export async function addForm(
  making: string,
  { form, task }: { readonly form: OnnxForm; readonly task: Task },
  found: RunRows | NoRows,
  { model, signal, progress }: FormOptions,
): Promise<AddedForm> {
  const source = trainedNetwork(model);
  const inFolder = (name: OnnxForm) => join(relative(model, dirname(source)), onnxFiles[name]);
  const target = join(making, inFolder(form));
  progress(0, 0, `writing ${onnxFiles[form]}`);
  mkdirSync(dirname(target), { recursive: true });
  writeForm(source, form, target);
  tellOfDataFile(making, target);
  const networks = [
    ...(form === 'fp32' ? [] : [{ form: 'fp32' as const, path: source }]),
    { form, path: target },
  ];
  const forms = networks.map(
    (network): FormFacts => ({
      form: network.form,
      file: inFolder(network.form).replaceAll('\\', '/'),
      bytes: bytesOf([network.path, dataFileOf(network.path)]),
    }),
  );
  if ('reason' in found) {
    writeFormsIntoCard(making, task, forms);
    return { forms, notMeasured: found.reason };
  }
  const total = networks.length * found.rows.length;
  const results: Measured[] = [];
  for (const { form, path } of networks) {
    const before = results.length * found.rows.length;
    const tell = (rows: number) => progress(before + rows, total, `measuring ${onnxFiles[form]}`);
    results.push(await measure(making, path, found, signal, tell));
  }
  const measured = forms.map((facts, i): FormFacts => {
    const { accuracy, macroF1 } = results[i]!;
    return { ...facts, accuracy, macroF1, agreement: agreement(results[0]!, results[i]!) };
  });
  const measuredOn = { split: found.split, rows: found.rows.length };
  writeFormsIntoCard(making, task, measured, measuredOn);
  return { forms: measured, measuredOn };
}

/** @throws HumanError where a folder has only other forms */
function trainedNetwork(model: string): string {
  const file = networkFile(model);
  if (file !== undefined && basename(file) === onnxFiles.fp32) return file;
  throw new HumanError(`This model has no ${onnxFiles.fp32} to make other forms of.`, {
    place: { file: model },
    hint: 'Export from the run that made it.',
  });
}
