import { mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { type ModelConfig, parseModelConfig } from '../predict/model-config';
import type { Task } from '../protocol/events';
import { fileError } from '../protocol/file-error';
import { HumanError } from '../protocol/human-error';
import { filesIn, totalBytes } from '../runs/folder-files';
import { dataFileOf, type ExportForm, networkFile, type OnnxForm, onnxFiles } from '../runs/model-files';
import { buildFolder, refuseInside, refuseOccupied } from './build-folder';
import { bytesOf, copyFiles } from './folder-files';
import { type FormFacts, type MeasuredOn, writeFormsIntoCard } from './forms-card';
import { agreement, type Measured, measure } from './measure';
import { tellOfDataFile, writeForm } from './network-files';
import { type RunRows, rowsOfRun } from './run-rows';

export interface ExportOptions {
  /** The folder of the model. */
  readonly model: string;
  /** The folder of the run that made it: its rows measure the result. */
  readonly run?: string | undefined;
  readonly form: ExportForm;
  /** The folder to make. */
  readonly output: string;
  /** Whether another model in it may be replaced. */
  readonly force: boolean;
  /** The most rows to measure on; 0 measures nothing. */
  readonly rows: number;
  readonly signal: AbortSignal;
  /** Rows measured so far and in all, and what is being done. */
  progress(done: number, total: number, message: string): void;
}

export interface Exported {
  readonly output: string;
  readonly form: ExportForm;
  /** Of all files. */
  readonly bytes: number;
  /** The written network beside the one that was trained; none for a copied folder. */
  readonly forms: readonly FormFacts[];
  /** What the forms were measured on, or why they were not. */
  readonly measuredOn?: MeasuredOn;
  readonly notMeasured?: string;
}

/**
 * Writes a model to a folder of its own, as it is or with its network in another form, which is measured beside the
 * trained one on the rows that the run was evaluated on.
 *
 * @throws HumanError for a folder that is in use, and for a kind of model that has no such form; the signal's reason
 */
export async function exportModel(options: ExportOptions): Promise<Exported> {
  const { model, form, force, signal } = options;
  const output = resolve(options.output);
  refuseInside(output, model);
  refuseOccupied(output, force);
  if (form === 'folder') {
    await buildFolder(output, async (making) => copyFiles(model, making, () => true, signal));
    return { output, form, bytes: sizeOf(output), forms: [] };
  }
  const { kind, rule } = configOf(model);
  if (kind === 'baseline') {
    throw new HumanError(`A baseline has no ${form} form: it is small, and no network reads its texts.`, {
      place: { file: model },
      hint: 'Export it as it is: --format folder',
    });
  }
  const rows = await rowsFor(options);
  let facts: Pick<Exported, 'forms' | 'measuredOn' | 'notMeasured'> = { forms: [] };
  await buildFolder(output, async (making) => {
    copyFiles(model, making, (name) => !isWeights(name), signal);
    facts = await addForm(making, { form, task: rule.task }, rows, options);
  });
  return { output, form, bytes: sizeOf(output), ...facts };
}

function configOf(model: string): ModelConfig {
  const file = join(model, 'config.json');
  try {
    return parseModelConfig(readFileSync(file, 'utf8'), file);
  } catch (error) {
    throw fileError('reading', file, error);
  }
}

function isWeights(name: string): boolean {
  return /\.(safetensors|onnx|onnx_data)$/.test(name);
}

function sizeOf(folder: string): number {
  return totalBytes(filesIn(folder));
}

/** Writes and measures a form of the model's network. */
async function addForm(
  making: string,
  { form, task }: { readonly form: OnnxForm; readonly task: Task },
  found: RunRows | { readonly reason: string },
  { model, signal, progress }: ExportOptions,
): Promise<Pick<Exported, 'forms' | 'measuredOn' | 'notMeasured'>> {
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

/** The rows to measure on, or why there are none. */
async function rowsFor({ run, rows }: ExportOptions): Promise<RunRows | { readonly reason: string }> {
  if (rows === 0) return { reason: 'not asked for' };
  if (run === undefined) return { reason: 'the model was copied from its run, which knows the rows' };
  try {
    return await rowsOfRun(run, rows);
  } catch (error) {
    if (!(error instanceof HumanError)) throw error;
    const { place, message } = error;
    const where = place ? [basename(place.file), place.line].filter(Boolean).join(':') : undefined;
    return { reason: where ? `${where}: ${message}` : message };
  }
}
