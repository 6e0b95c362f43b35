import { closeSync, copyFileSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ModelProto } from 'onnx-buf';
import { halveWeights } from '../onnx/half';
import { quantizeWeights } from '../onnx/quantize';
import { readModel } from '../onnx/read';
import { modelFiles } from '../onnx/write';
import { fileError } from '../protocol/file-error';
import { HumanError } from '../protocol/human-error';
import { writeChunksAtomic, writeFileAtomic } from '../runs/atomic';
import { dataFileOf, type OnnxForm } from '../runs/model-files';

/** The forms that are computed from the first. */
const conversions: { readonly [Form in Exclude<OnnxForm, 'fp32'>]: (model: ModelProto) => ModelProto } = {
  fp16: halveWeights,
  int8: quantizeWeights,
};

/**
 * Writes a network in another form, its weights beside it where they are too many for one file.
 *
 * @param source the network in 32 bits
 * @throws HumanError where it cannot be read, or the other one not written
 */
export function writeForm(source: string, form: OnnxForm, target: string): void {
  if (form === 'fp32') {
    copyFileSync(source, target);
    if (existsSync(dataFileOf(source))) copyFileSync(dataFileOf(source), dataFileOf(target));
    return;
  }
  const converted = conversions[form](read(source));
  const { model, data } = modelFiles(converted, basename(dataFileOf(target)));
  writeChunksAtomic(target, model);
  if (data) writeChunksAtomic(dataFileOf(target), data);
}

/** transformers.js looks for weights beside a network only where the model's configuration says so. */
export function tellOfDataFile(folder: string, network: string): void {
  const file = join(folder, 'config.json');
  const key = 'transformers.js_config';
  const { [key]: before, ...config } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const hasData = existsSync(dataFileOf(network));
  if (!hasData && before === undefined) return;
  const own = hasData ? { [key]: { use_external_data_format: true } } : {};
  writeFileAtomic(file, `${JSON.stringify({ ...config, ...own }, null, 2)}\n`);
}

function read(file: string): ModelProto {
  try {
    return readModel(readFileSync(file), (name, offset, length) =>
      readPart(join(dirname(file), name), offset, length),
    );
  } catch (error) {
    const known = fileError('reading', file, error);
    if (known instanceof HumanError) throw known;
    throw new HumanError(`The model cannot be read: ${(error as Error).message}.`, {
      place: { file },
      hint: 'The file is damaged or is no ONNX model. Train it anew.',
      cause: error,
    });
  }
}

/** @param length up to the file's end where it is not given */
function readPart(file: string, offset: number, length: number | undefined): Uint8Array {
  const fd = openSync(file, 'r');
  try {
    const left = fstatSync(fd).size - offset;
    const wanted = length ?? left;
    if (left < 0 || wanted > left) throw new Error('the file of its weights is too short');
    const bytes = new Uint8Array(wanted);
    for (let done = 0; done < wanted; ) {
      const count = readSync(fd, bytes, done, Math.min(wanted - done, 64 * 1024 * 1024), offset + done);
      if (count === 0) throw new Error('the file of its weights is too short');
      done += count;
    }
    return bytes;
  } finally {
    closeSync(fd);
  }
}
