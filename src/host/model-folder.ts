/** The forms that a run's model can be exported in. */
import { statSync } from 'node:fs';
import { bytesText } from '../protocol/bytes';
import { filesIn, totalBytes } from '../runs/folder-files';
import { dataFileOf, type ExportForm, networkFile } from '../runs/model-files';

export interface FormChoice {
  form: ExportForm;
  title: string;
  size: string;
  detail: string;
}

/** Of a network so small that its weights are a part of the file only, nobody knows before. */
function sizeAfter(bytes: number): string {
  return bytes > 1e6 ? `about ${bytesText(bytes)}` : '';
}

/**
 * The forms to choose from; a baseline has the folder alone.
 *
 * @param accuracy of the trained model, in words; empty where none was measured
 */
export function formChoices(folder: string, model: string | undefined, accuracy: string): FormChoice[] {
  const withAccuracy = (size: string) => [size, accuracy].filter(Boolean).join(' · ');
  const whole: FormChoice = {
    form: 'folder',
    title: model === 'pretrained' ? 'Whole folder (Hugging Face)' : 'Whole folder',
    size: withAccuracy(bytesText(totalBytes(filesIn(folder)))),
    detail:
      model === 'pretrained'
        ? 'Opens in transformers (Python), transformers.js and TextClf'
        : 'The weights, the tokenizer and the network: opens in TextClf',
  };
  // A baseline's has no weights that could be made smaller: it tells classes from features that are counted outside.
  const network = model === 'baseline' ? undefined : networkFile(folder);
  if (network === undefined) return [whole];
  const bytes = networkBytes(network);
  const small = 'Measured while it is written';
  return [
    whole,
    {
      ...{ form: 'fp32', title: 'ONNX, fp32', size: withAccuracy(bytesText(bytes)) },
      detail: 'For any ONNX Runtime, exact',
    },
    {
      ...{ form: 'fp16', title: 'ONNX, fp16', size: sizeAfter(bytes / 2) },
      detail: `Weights of 16 bits. ${small}`,
    },
    {
      ...{ form: 'int8', title: 'ONNX, int8', size: sizeAfter(bytes / 4) },
      detail: `Weights of 8 bits: smallest, mostly fastest. ${small}`,
    },
  ];
}

/** A large network keeps its weights beside it. */
function networkBytes(file: string): number {
  const beside = statSync(dataFileOf(file), { throwIfNoEntry: false });
  return statSync(file).size + (beside?.size ?? 0);
}

/** What every file system, and the Hub, take: `spam filter: v2` becomes `spam-filter-v2`. */
export function slugOf(name: string): string {
  const slug = name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').replaceAll(/^[-.]+|[-.]+$/g, '');
  return slug.slice(0, 60).replace(/[-.]+$/, '') || 'model';
}

const endings: Readonly<Record<ExportForm, string>> = {
  folder: 'model',
  fp32: 'onnx',
  fp16: 'onnx-fp16',
  int8: 'onnx-int8',
};

/** The folder that an export makes. */
export function exportName(name: string, form: ExportForm): string {
  return `${slugOf(name)}-${endings[form]}`;
}

/** What `textclf export` tells at its end, in a sentence: sizes and accuracies of the written form and of fp32. */
export function measuredText(facts: Readonly<Record<string, unknown>>): string {
  const forms = Array.isArray(facts.forms) ? facts.forms.filter(isForm) : [];
  const texts = forms.map(({ form, bytes, accuracy }) => {
    const measured = typeof accuracy === 'number' ? `, accuracy ${(100 * accuracy).toFixed(1)} %` : '';
    return `${form}: ${bytesText(bytes)}${measured}`;
  });
  if (texts.length === 0) return '';
  const { measuredOn, notMeasured } = facts;
  const rows = isMeasuredOn(measuredOn) ? ` (on ${measuredOn.rows} ${measuredOn.split} rows)` : '';
  const why = typeof notMeasured === 'string' ? ` Not measured: ${notMeasured}` : '';
  return `${texts.reverse().join('; ')}${rows}.${why}`;
}

function isForm(value: unknown): value is { form: string; bytes: number; accuracy?: unknown } {
  if (typeof value !== 'object' || value === null) return false;
  const { form, bytes } = value as Record<string, unknown>;
  return typeof form === 'string' && typeof bytes === 'number';
}

function isMeasuredOn(value: unknown): value is { rows: number; split: string } {
  if (typeof value !== 'object' || value === null) return false;
  const { rows, split } = value as Record<string, unknown>;
  return typeof rows === 'number' && typeof split === 'string';
}
