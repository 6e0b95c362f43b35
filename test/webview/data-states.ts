/** Reports on data as the extension sends them: small ones to test on, large ones to look at. */
import { createRandom } from '../../src/data/random';
import type { DataPageState, FromPage, InspectionState, ToPage } from '../../src/protocol/dashboard';
import type { Split } from '../../src/protocol/events';
import type { DataFinding, DataReport, FindingRow, LengthReport } from '../../src/protocol/inspection';

const markup = '<img src=x onerror="document.title=`taken`">';

export interface MadeData {
  report: DataReport;
  rows: FindingRow[][];
}

/** Lengths as texts have them: many short ones, a few very long. */
export function madeLengths(rows: number, maxLength: number | null, seed = 3): LengthReport {
  const random = createRandom(seed);
  const lengths = Array.from({ length: rows }, () => {
    const share = (1 + random.integer(1_000_000)) / 1_000_001;
    return Math.round(30 + 170 * Math.sqrt(-2 * Math.log(share)) * (0.6 + random.integer(100) / 125));
  }).sort((a, b) => a - b);
  const width = 20;
  const count = 40;
  const bins = Array.from({ length: count }, (_, i) => ({ from: i * width, to: (i + 1) * width, rows: 0 }));
  for (const length of lengths) bins[Math.min(count - 1, Math.floor(length / width))]!.rows++;
  const cut = maxLength === null ? [] : lengths.filter((length) => length > maxLength);
  const all = lengths.reduce((sum, length) => sum + length, 0);
  return {
    ...{ unit: 'words', bins, maxLength, cutRows: cut.length },
    median: lengths[Math.floor(rows / 2)]!,
    p95: lengths[Math.floor(0.95 * rows)]!,
    longest: lengths.at(-1)!,
    cutShare: cut.reduce((sum, length) => sum + length - (maxLength ?? 0), 0) / all,
  };
}

function part(name: Split, counts: number[], files: [file: string, rows: number][]) {
  const rows = counts.reduce((sum, one) => sum + one, 0);
  return {
    ...{ part: name, rows, counts, fileCount: files.length },
    files: files.map(([file, ofFile]) => ({ file, rows: ofFile })),
  };
}

function finding(
  kind: DataFinding['kind'],
  severity: DataFinding['severity'],
  title: string,
  hint: string,
  rows: number,
): DataFinding {
  return { kind, severity, title, hint, rows };
}

function row(
  part: Split,
  line: number,
  label: string,
  text: string,
  more: Partial<FindingRow> = {},
): FindingRow {
  return { part, file: `data/${part === 'test' ? 'test' : 'train'}.csv`, line, label, text, ...more };
}

/** Two classes, a leak of 60 pairs, and texts of an enemy. */
export function reviewsData(): MadeData {
  const leaks = Array.from({ length: 60 }, (_, i) => [
    row('train', 10 + i, i % 2 ? 'pos' : 'neg', `leaked review ${i}: a great film`, { group: i }),
    row('test', 900 + i, i % 2 ? 'pos' : 'neg', `leaked review ${i}: a great film`, { group: i }),
  ]).flat();
  const conflicts = [
    row('train', 77, 'neg', `${markup} so bad that it is good`, { group: 0 }),
    row('train', 4_122, 'pos', `${markup} so bad that it is good`, { group: 0, note: 'elsewhere neg' }),
    row('validation', 12, 'pos', '\u202eمرحبا\u202c an old film, seen anew. '.repeat(20), { group: 1 }),
    row('train', 13, 'neg', '\u202eمرحبا\u202c an old film, seen anew! '.repeat(20), { group: 1 }),
  ];
  const report: DataReport = {
    labels: ['neg', 'pos'],
    parts: [
      part('train', [10_021, 9_979], [['data/train.csv', 20_000]]),
      part('validation', [2_479, 2_521], [['data/train.csv', 5_000]]),
      part(
        'test',
        [12_500, 12_500],
        [
          ['data/test.csv', 12_000],
          ['data/more.jsonl', 13_000],
        ],
      ),
    ],
    lengths: madeLengths(20_000, 256),
    words: [
      { label: 'neg', words: ['worst', 'awful', 'waste', 'boring', 'terrible', 'stupid'].map(scored) },
      { label: 'pos', words: ['excellent', 'wonderful', 'superb', 'touching', markup].map(scored) },
    ],
    findings: [
      finding(
        'leakage',
        'warning',
        '60 test rows are also trained on',
        'Remove them from one of the two: the test accuracy is too good otherwise.',
        120,
      ),
      finding(
        'conflictingLabels',
        'warning',
        '4 rows have a text that has another label elsewhere',
        `Decide on one: ${markup}`,
        4,
      ),
      finding('emptyText', 'warning', '2 texts are empty', 'They teach nothing.', 2),
      finding('imbalance', 'info', 'The classes are of about the same size', 'Nothing to do.', 0),
    ],
    digest: 'd1',
  };
  const empty = [row('train', 5, 'pos', ''), row('train', 6, 'neg', '  ')];
  return { report, rows: [leaks, conflicts, empty, []] };
}

function scored(word: string, i: number) {
  return { word, score: 30 - 2.5 * i, rows: 4_000 - 611 * i };
}

/** As many classes as somebody may have, some with long names. */
export function manyClassesData(classes = 150): MadeData {
  const random = createRandom(7);
  const labels = Array.from({ length: classes }, (_, i) =>
    i % 20 === 3 ? `a very long name of a class that nobody would ever want to read ${i}` : `intent ${i}`,
  );
  const counts = (most: number) => labels.map((_, i) => Math.floor(most / (1 + i / 8)) + random.integer(4));
  const train = counts(400);
  return {
    report: {
      labels,
      parts: [
        part(
          'train',
          train,
          Array.from({ length: 130 }, (_, i) => [`data/part-${i}/rows.jsonl`, 100] as [string, number]),
        ),
        part('validation', counts(40), [['data/validation.jsonl', 1_000]]),
      ],
      lengths: { ...madeLengths(3_000, null), unit: 'tokens' },
      words: labels.map((label, i) => ({
        label,
        words: [`word${i}`, 'please', 'transfer', 'card'].map(scored),
      })),
      findings: [
        finding(
          'imbalance',
          'warning',
          'The largest class has 100 times as many rows as the smallest',
          'Weigh the classes: "training": { "classWeights": "balanced" }.',
          0,
        ),
        finding('duplicate', 'info', '31 220 rows are copies', 'They count more than others.', 31_220),
      ],
      digest: 'd2',
    },
    rows: [
      [],
      Array.from({ length: 2_000 }, (_, i) =>
        row('train', i + 1, labels[i % classes]!, 'please transfer money', { group: Math.floor(i / 3) }),
      ),
    ],
  };
}

export function cleanData(): MadeData {
  const { report } = reviewsData();
  return { report: { ...report, findings: [] }, rows: [] };
}

export function readyState(
  { report }: MadeData,
  changes: { isStale?: boolean; isAsTrained?: boolean } = {},
): InspectionState {
  return { status: 'ready', report, isStale: false, ...changes };
}

export function dataPage(inspection: InspectionState, changes: Partial<DataPageState> = {}): ToPage {
  const state = {
    kind: 'experiment',
    name: 'reviews.textclf.json',
    file: 'reviews.textclf.json',
    inspection,
  } as const;
  return { type: 'data', state: { ...state, ...changes } };
}

/** Answers as the extension does. */
export function listFindingRows(message: FromPage, { rows }: MadeData): ToPage | undefined {
  if (message.type !== 'listFindingRows') return undefined;
  const { request, finding: index, offset, limit } = message;
  const all = rows[index] ?? [];
  return { type: 'findingRows', request, total: all.length, rows: all.slice(offset, offset + limit) };
}
