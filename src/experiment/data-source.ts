/** Where the rows to train on come from: files, or a data set of the Hugging Face Hub. */
import type { Finding } from './problems';
import { valueAt } from './schema-walk';

/** What is wrong where not exactly one of `data.train` and `data.hub` is written: the schema knows each of them alone. */
export function sourceFindings(written: unknown): Finding[] {
  const data = valueAt(['data'], written);
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return [];
  const [files, hub] = ['train', 'hub'].map((key) => valueAt([key], data) !== undefined);
  if (files && hub) {
    return [
      {
        severity: 'error',
        message: 'Both "data.train" and "data.hub" say what to train on.',
        hint: 'Keep one of them: files of your own, or a data set of the Hugging Face Hub.',
        path: ['data', 'hub'],
        atKey: true,
        remedies: [{ type: 'remove' }, { type: 'remove', path: ['data', 'train'] }],
      },
    ];
  }
  if (files || hub) return [];
  return [
    {
      severity: 'error',
      message: '"data.train" is missing.',
      hint: 'Add "train": "…", or a data set of the Hugging Face Hub: "hub": { "dataset": "…" }.',
      path: ['data', 'train'],
    },
  ];
}
