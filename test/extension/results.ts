/**
 * What the suite inside the extension host says about itself: a line of JSON for each step, in a file. VS Code's
 * own verdict can't be relied on: it is "fine" too where the extension host died.
 */
import { appendFileSync, readFileSync } from 'node:fs';

export type Step =
  | { readonly step: 'start'; readonly test: string }
  | { readonly step: 'pass' | 'skip'; readonly test: string; readonly ms: number }
  | { readonly step: 'fail'; readonly test: string; readonly error: string }
  | { readonly step: 'end' };

export interface Result {
  readonly test: string;
  readonly outcome: 'pass' | 'skip' | 'fail';
  readonly error?: string;
}

/** The environment variable with the file's path. */
export const resultFileVariable = 'TEXTCLF_TEST_RESULTS';

export function appendStep(file: string, step: Step): void {
  appendFileSync(file, `${JSON.stringify(step)}\n`);
}

/** One result a test. A suite that did not come to its end has a failure more, which names the last test. */
export function readResults(file: string): Result[] {
  const steps = readSteps(file);
  const results = steps.flatMap((step): Result[] =>
    step.step === 'start' || step.step === 'end' ? [] : [{ ...step, outcome: step.step }],
  );
  if (steps.at(-1)?.step === 'end') return results;
  const last = steps.findLast((step) => step.step !== 'end');
  const error = `The extension host ended before its tests did. The last one was: ${last?.test ?? 'none'}`;
  return [...results, { test: 'the suite comes to its end', outcome: 'fail', error }];
}

export function describeResult({ test, outcome, error }: Result): string {
  const mark = { pass: '✓', skip: '↓', fail: '✗' }[outcome];
  return `  ${mark} ${test}${error ? `\n${error}` : ''}`;
}

function readSteps(file: string): Step[] {
  try {
    // What follows the last line break was cut.
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Step);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
