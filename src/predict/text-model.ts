import { readFile } from 'node:fs/promises';
import { fileError } from '../protocol/file-error';

/** What turns texts into logits. */
export interface TextModel {
  /** The logits `[outputs]` of each text, in the texts' order. */
  logits(texts: readonly string[]): Promise<Float32Array[]>;
  release(): Promise<void>;
}

/** @throws HumanError where the file cannot be read */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw fileError('reading', file, error);
  }
}
