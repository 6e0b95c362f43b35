import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type ModelConfig, parseModelConfig } from '../predict/model-config';
import { fileError } from '../protocol/file-error';
import { HumanError } from '../protocol/human-error';
import { filesIn, totalBytes } from '../runs/folder-files';
import type { ExportForm } from '../runs/model-files';
import { type AddedForm, addForm, type FormOptions } from './add-form';
import { buildFolder, refuseInside, refuseOccupied } from './build-folder';
import { copyFiles } from './folder-files';
import { rowsToMeasure } from './run-rows';

export interface ExportOptions extends FormOptions {
  /** The folder of the run that made it: its rows measure the result. */
  readonly run?: string | undefined;
  readonly form: ExportForm;
  /** The folder to make. */
  readonly output: string;
  /** Whether another model in it may be replaced. */
  readonly force: boolean;
  /** The most rows to measure on; 0 measures nothing. */
  readonly rows: number;
}

export interface Exported extends AddedForm {
  readonly output: string;
  readonly form: ExportForm;
  /** Of all files. */
  readonly bytes: number;
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
  const rows = await rowsToMeasure(options.run, options.rows);
  let facts: AddedForm = { forms: [] };
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
