import { open } from 'node:fs/promises';
import { fileError } from '../protocol/file-error';
import { HumanError } from '../protocol/human-error';
import type { Executable } from '../runtime/executor';
import { loadModelFile } from '../runtime/onnxruntime';
import { logitsOfTexts } from './batches';
import type { TextModel } from './text-model';

/** A network over tokens, and what makes tokens of texts. */
export interface NetworkFiles {
  /** The ONNX file. */
  readonly file: string;
  readonly encode: (text: string) => Int32Array;
  /** The largest token that `encode` gives. */
  readonly lastToken: number;
  /** The token that fills up the shorter texts of a batch. */
  readonly padding: number;
  readonly outputs: number;
}

/**
 * Opens the network of a model folder.
 *
 * @param threads undefined takes one for each core
 * @throws HumanError where its file is missing or damaged, or does not fit the tokenizer or the number of outputs
 */
export async function openNetwork(files: NetworkFiles, threads: number | undefined): Promise<TextModel> {
  const { file, encode, outputs, padding } = files;
  const model = await openModel(file, threads);
  await checkFit(model, files);
  return {
    logits: (texts) => logitsOfTexts(model, texts.map(encode), outputs, padding),
    release: () => model.release(),
  };
}

async function openModel(file: string, threads: number | undefined): Promise<Executable> {
  try {
    return await loadModelFile(file, threads === undefined ? {} : { threads });
  } catch (cause) {
    // onnxruntime has words but no codes for what is wrong; a file that can't be read says so itself.
    const handle = await open(file).catch((error: unknown) => {
      throw fileError('reading', file, error);
    });
    await handle.close();
    throw new HumanError(`The model cannot be opened: ${(cause as Error).message}`, {
      place: { file },
      hint: 'The file is damaged or is no ONNX model. Copy the model again, or train it anew.',
      cause,
    });
  }
}

/** Runs the token with the largest number through the model: it fails where the three files don't fit. */
async function checkFit(
  model: Executable,
  { file, lastToken, outputs, padding }: NetworkFiles,
): Promise<void> {
  try {
    await logitsOfTexts(model, [Int32Array.of(lastToken)], outputs, padding);
  } catch (cause) {
    await model.release();
    throw new HumanError(
      `The model does not fit the tokenizer.json and config.json of its folder: ${(cause as Error).message}`,
      { place: { file }, hint: 'Copy all files of the model folder from the same run.', cause },
    );
  }
}
