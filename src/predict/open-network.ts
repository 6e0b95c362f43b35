import { open } from 'node:fs/promises';
import type { DeviceName } from '../protocol/devices';
import { fileError } from '../protocol/file-error';
import { HumanError } from '../protocol/human-error';
import { DeviceError } from '../runtime/device-error';
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

/** What a network is computed on. */
export interface Computing {
  /** undefined takes one for each core. */
  readonly threads?: number | undefined;
  /** The processor by default. */
  readonly device?: DeviceName | undefined;
  /**
   * Lets the processor do it where the device cannot be had, or is lost later on, and hears why. Without it that is an
   * error.
   */
  readonly onFallback?: ((message: string) => void) | undefined;
}

/**
 * Opens the network of a model folder.
 *
 * @throws HumanError where its file is missing or damaged, or does not fit the tokenizer or the number of outputs;
 * DeviceError where the device cannot be had
 */
export async function openNetwork(files: NetworkFiles, computing: Computing): Promise<TextModel> {
  const { device = 'cpu', onFallback } = computing;
  const onProcessor = () => openChecked(files, { threads: computing.threads });
  if (device === 'cpu') return onProcessor();
  if (!onFallback) return openChecked(files, computing);
  /** Opened once, however many wait for it. */
  let fallback: Promise<TextModel> | undefined;
  const fallBack = (error: unknown): Promise<TextModel> => {
    if (!(error instanceof DeviceError)) throw error;
    if (!fallback) onFallback(`The processor computes the predictions: ${error.message}`);
    fallback ??= onProcessor();
    return fallback;
  };
  const model = await openChecked(files, computing).catch(fallBack);
  return {
    async logits(texts) {
      if (fallback) return (await fallback).logits(texts);
      try {
        return await model.logits(texts);
      } catch (error) {
        return (await fallBack(error)).logits(texts);
      }
    },
    async release() {
      const opened = await fallback;
      await opened?.release();
      if (opened !== model) await model.release();
    },
  };
}

async function openChecked(files: NetworkFiles, computing: Computing): Promise<TextModel> {
  const { file, encode, outputs, padding } = files;
  const model = await openModel(file, computing);
  await checkFit(model, files);
  return {
    logits: (texts) => logitsOfTexts(model, texts.map(encode), outputs, padding),
    release: () => model.release(),
  };
}

async function openModel(file: string, { threads, device = 'cpu' }: Computing): Promise<Executable> {
  try {
    return await loadModelFile(file, { provider: device, ...(threads === undefined ? {} : { threads }) });
  } catch (cause) {
    if (cause instanceof DeviceError) throw cause;
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
    if (cause instanceof DeviceError) throw cause;
    throw new HumanError(
      `The model does not fit the tokenizer.json and config.json of its folder: ${(cause as Error).message}`,
      { place: { file }, hint: 'Copy all files of the model folder from the same run.', cause },
    );
  }
}
