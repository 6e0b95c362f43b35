import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  openPretrainedTokenizer,
  type PretrainedTokenizerOptions,
} from '../../src/pretrained/tokenizer/tokenizer';

/** A checkpoint's files, binary ones in base64, and what Python's tokenizers make of `texts`. */
export interface TokenizerCase {
  name: string;
  files: Record<string, string | { base64: string }>;
  ids: number[][];
}

const path = resolve(import.meta.dirname, '../fixtures/pretrained/tokenizers.json');
const [head, ...rest] = JSON.parse(readFileSync(path, 'utf8')).cases;
export const texts: string[] = head.texts;
export const cases: TokenizerCase[] = rest;

export function caseOf(name: string): TokenizerCase {
  const found = cases.find((entry) => entry.name === name);
  if (!found) throw new Error(`the fixture has no case "${name}"`);
  return found;
}

/** A folder with these files, which is gone when the test is done. */
export function folderOf(files: Record<string, unknown>): string {
  const folder = mkdtempSync(join(tmpdir(), 'textclf-tokenizer-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), bytesOf(content));
  return folder;
}

/** Text as it is, `{ base64 }` decoded, anything else as JSON. */
function bytesOf(content: unknown): string | Buffer {
  if (typeof content === 'string' || Buffer.isBuffer(content)) return content;
  const { base64 } = content as { base64?: string };
  return base64 === undefined ? JSON.stringify(content) : Buffer.from(base64, 'base64');
}

/** By default as long as texts are, and for an encoder with room for every id. */
export function open(folder: string, options: Partial<PretrainedTokenizerOptions> = {}) {
  return openPretrainedTokenizer(folder, {
    maxLength: 0,
    longest: 100_000,
    vocabularySize: 100_000,
    ...options,
  });
}
