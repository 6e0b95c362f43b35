import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { appendStep, readResults, type Step } from '../extension/results';
import { workspace } from '../support/toy-data';

describe('the results of a suite', () => {
  const folder = workspace();

  const read = (name: string, steps: readonly Step[]) => {
    const file = join(folder, name);
    for (const step of steps) appendStep(file, step);
    return readResults(file);
  };

  it('are one for each test', () => {
    const steps: Step[] = [
      { step: 'start', test: 'a' },
      { step: 'pass', test: 'a', ms: 3 },
      { step: 'skip', test: 'b', ms: 0 },
      { step: 'start', test: 'c' },
      { step: 'fail', test: 'c', error: 'because' },
      { step: 'end' },
    ];
    expect(read('whole', steps)).toMatchObject([
      { test: 'a', outcome: 'pass' },
      { test: 'b', outcome: 'skip' },
      { test: 'c', outcome: 'fail', error: 'because' },
    ]);
  });

  it.each<[string, Step[]]>([
    ['none', []],
    ['a', [{ step: 'start', test: 'a' }]],
  ])('hold a failure where the extension host died, which names the last test: %s', (last, steps) => {
    const result = read(`died-${last}`, steps).at(-1)!;
    expect(result.outcome).toBe('fail');
    expect(result.error).toMatch(new RegExp(`last one was: ${last}$`));
  });

  it('hold a failure too where the last line was cut', () => {
    const file = join(folder, 'cut');
    writeFileSync(file, '{"step":"start","test":"a"}\n{"step":"pa');
    expect(readResults(file).at(-1)).toMatchObject({ outcome: 'fail' });
  });
});
