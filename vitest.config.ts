import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const inVSCode = ['test/extension/**/*.test.ts', 'test/browser/**/*.test.ts'];

/** Tests that put something in a module's or the environment's place, or measure memory: these have a process of their own. */
const alone = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .map((path) => `test/${path.replaceAll('\\', '/')}`)
  .filter((path) => path.endsWith('.test.ts') && !/^test\/(extension|browser)\//.test(path))
  .filter((path) =>
    /\bvi\.(mock|doMock|spyOn|stub\w+|resetModules)\(|process\.memoryUsage\(/.test(
      readFileSync(path, 'utf8'),
    ),
  );

// One more than two cores: many tests wait for processes of their own.
const maxWorkers = Math.max(3, availableParallelism() - 1);

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // onnxruntime-node's native module is not safe to load in several worker threads: use processes.
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...inVSCode, ...alone],
          // Files share the modules that their process has loaded: a quarter of the time was loading them again.
          isolate: false,
          maxWorkers,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'unit-alone', include: alone, maxWorkers, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: {
          name: 'vscode',
          include: inVSCode,
          globalSetup: 'test/vscode/setup.ts',
          // After the rest and one file at a time: a window needs a core of its own.
          sequence: { groupOrder: 1 },
          fileParallelism: false,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
