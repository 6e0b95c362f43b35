import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const inVSCode = ['test/extension/**/*.test.ts', 'test/browser/**/*.test.ts'];

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
          exclude: inVSCode,
          sequence: { groupOrder: 0 },
          // Vitest leaves one core free, which of two is half: many tests wait for processes of their own.
          maxWorkers: Math.max(2, availableParallelism() - 1),
        },
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
