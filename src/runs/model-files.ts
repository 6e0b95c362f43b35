import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The forms in which a network's weights are stored: floats of 32 or 16 bits, or whole numbers of 8. */
export const onnxForms = ['fp32', 'fp16', 'int8'] as const;

export type OnnxForm = (typeof onnxForms)[number];

/** What a model is exported as: `folder` copies everything, the others write the network alone, beside what opens it. */
export const exportForms = ['folder', ...onnxForms] as const;

export type ExportForm = (typeof exportForms)[number];

/** The file of each, as transformers.js names them. */
export const onnxFiles: { readonly [Form in OnnxForm]: string } = {
  fp32: 'model.onnx',
  fp16: 'model_fp16.onnx',
  int8: 'model_int8.onnx',
};

/** Weights that do not fit into an ONNX file lie beside it, under this name. */
export function dataFileOf(network: string): string {
  return `${network}_data`;
}

/** Where the network of a pretrained model lies in its folder, as transformers.js expects it; others lie in the folder itself. */
export const ONNX_FOLDER = 'onnx';

/** The network of a model folder, in the most exact form that is there; undefined where there is none. */
export function networkFile(folder: string): string | undefined {
  return [folder, join(folder, ONNX_FOLDER)]
    .flatMap((parent) => onnxForms.map((form) => join(parent, onnxFiles[form])))
    .find((file) => existsSync(file));
}
