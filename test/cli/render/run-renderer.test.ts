import { describe, expect, it } from 'vitest';
import { type RenderOptions, RunRenderer } from '../../../src/cli/render/run-renderer';
import { colorsIf } from '../../../src/cli/render/style';
import type { BatchEvent, EpochEvent, Evaluation, NewRunEvent, RunEvent } from '../../../src/protocol/events';
import { epochMetricsOf, evaluationWith } from '../../support/sample-metrics';

const epochStart = Date.UTC(2026, 0, 1);

/** An event so many seconds after the first. */
function at(seconds: number, event: NewRunEvent): RunEvent {
  return { ...event, time: new Date(epochStart + seconds * 1000).toISOString() } as RunEvent;
}

function batch(epoch: number, number: number, changes: Partial<BatchEvent> = {}): NewRunEvent {
  return {
    type: 'batch',
    epoch,
    epochs: 2,
    batch: number,
    batches: 10,
    step: (epoch - 1) * 10 + number,
    loss: 0.5,
    accuracy: 0.75,
    learningRate: 0.001,
    samplesPerSecond: 1234.5,
    etaSeconds: 12,
    ...changes,
  };
}

const data: NewRunEvent = {
  type: 'data',
  rows: { train: 1600, validation: 400, test: 0 },
  classes: [
    { label: 'ham', train: 1100, validation: 275, test: 0 },
    { label: 'spam', train: 500, validation: 125, test: 0 },
  ],
  lengths: { median: 120, p95: 512, longest: 3021, cutTexts: 312, cutTokenShare: 0.182 },
  vocabulary: { size: 25000, seen: 61204, vectorsFound: 20000, unknownTokenShare: 0.0312 },
};

const model: NewRunEvent = {
  type: 'model',
  summary: 'LSTM, 1 layer of 128 units, mean pooling',
  parameters: [
    { name: 'embedding.weight', shape: [25000, 100], trained: false },
    { name: 'output.weight', shape: [128, 2], trained: true },
  ],
  parameterCount: 2_500_256,
  device: 'onnxruntime 1.30.0, cpu',
  threads: 2,
};

const evaluation = evaluationWith({
  rows: 20,
  loss: 0.25,
  accuracy: 0.9,
  macroF1: 0.885,
  balancedAccuracy: 0.896,
  weightedF1: 0.9,
  matthews: 0.7917,
  rocAuc: 0.9375,
  prAuc: 0.91,
  logLoss: 0.2513,
  brier: 0.0712,
  calibrationError: 0.0456,
  classes: [
    { label: 'ham', precision: 0.917, recall: 0.917, f1: 0.917, rocAuc: 0.9, prAuc: 0.85, support: 12 },
    { label: 'spam', precision: 0.875, recall: 0.875, f1: 0.875, rocAuc: 0.9, prAuc: 0.85, support: 8 },
  ],
  confusion: [
    [11, 1],
    [1, 7],
  ],
});

interface Shown {
  lines: string[];
  lives: (string | undefined)[];
}

/** All lines that stay, and the rewritten line after each event. */
function render(
  events: RunEvent[],
  options: Partial<RenderOptions> = {},
  width = 80,
  colored = false,
): Shown {
  const style = () => ({ width, colors: colorsIf(colored) });
  const renderer = new RunRenderer({ progress: 'none', style, ...options });
  const rendered = events.map((event) => renderer.handle(event));
  return { lines: rendered.flatMap(({ lines }) => lines), lives: rendered.map(({ live }) => live) };
}

function check(events: RunEvent[], expected: string[], options: Partial<RenderOptions> = {}): void {
  expect(render(events, options).lines).toEqual(expected);
}

const wholeRun = [
  at(0, { type: 'started', id: '20260101-000000-spam-1a2b', name: 'spam' }),
  at(0, { type: 'phase', phase: 'reading data' }),
  at(1, data),
  at(1, { type: 'phase', phase: 'compiling' }),
  at(2, model),
  at(2, { type: 'phase', phase: 'training' }),
  at(3, batch(1, 1)),
  at(8, batch(1, 10)),
  at(9, {
    type: 'epoch',
    epoch: 1,
    train: { loss: 0.6421, accuracy: 0.612 },
    validation: epochMetricsOf({ loss: 0.5012, accuracy: 0.764, macroF1: 0.761 }),
    learningRate: 0.001,
    best: true,
    seconds: 6.7,
  }),
  at(9.1, batch(2, 1)),
  at(15, {
    type: 'epoch',
    epoch: 2,
    train: { loss: 0.3, accuracy: 0.9 },
    validation: epochMetricsOf(),
    learningRate: 0.001,
    best: false,
    seconds: 6,
  }),
  at(16, { type: 'evaluation', evaluation }),
  at(17, {
    type: 'examples',
    examples: [
      { text: 'Claim your prize', label: 'spam', probability: 0.931 },
      { text: 'Lunch?', label: 'ham', probability: 0.8 },
    ],
  }),
  at(18, { type: 'finished', status: 'succeeded' }),
];

const report = [
  'spam  20260101-000000-spam-1a2b',
  '',
  'Data',
  '  Rows       train  validation',
  '  ham        1,100         275',
  '  spam         500         125',
  '  2 classes  1,600         400',
  '',
  '  Tokens a text   median 120, 95% up to 512, longest 3,021; 312 texts cut (18.2% of all tokens)',
  '  Vocabulary      25,000 of 61,204 seen; vectors found for 20,000 (80.0%)',
  '  Unknown tokens  3.1%',
  '',
  'Model',
  '  LSTM, 1 layer of 128 units, mean pooling',
  '  2,500,256 parameters, 2,500,000 of them frozen',
  '  onnxruntime 1.30.0, cpu, 2 threads',
  '',
  'Training',
  '  Epoch  Train loss  accuracy  Valid. loss  accuracy  macro F1        Time',
];
const firstEpoch = '    1/2      0.6421     61.2%       0.5012     76.4%     76.1%       6.7 s  best';
const secondEpoch = '    2/2      0.3000     90.0%            –         –         –       6.0 s';
const ending = [
  '',
  'Evaluation on the test split (20 rows)',
  '  Accuracy               90.0%    Macro F1      88.5%',
  '  Balanced accuracy      89.6%    Weighted F1   90.0%',
  '  Matthews correlation   0.792    ROC AUC       0.938',
  '  Calibration error       4.6%    PR AUC        0.910',
  '  Brier score           0.0712    Log loss     0.2513',
  '  Loss                  0.2500',
  '',
  '  Class  Precision  Recall     F1  ROC AUC  Rows',
  '  ham        91.7%   91.7%  91.7%    0.900    12',
  '  spam       87.5%   87.5%  87.5%    0.900     8',
  '',
  '  Confusion matrix (rows: truth, columns: prediction)',
  '         ham  spam',
  '  ham     11     1',
  '  spam     1     7',
  '',
  'Examples',
  '  spam  93.1%  Claim your prize',
  '  ham   80.0%  Lunch?',
  '',
  'Finished in 18 s.',
];

describe('a whole run', () => {
  it('without progress', () => check(wholeRun, [...report, firstEpoch, secondEpoch, ...ending]));

  it('with plain lines of progress, at most one in five seconds', () => {
    const progress = '  epoch 1/2  batch 10/10  loss 0.5000  accuracy 75.0%  1,235/s  ETA 12 s';
    const second = '  epoch 2/2  batch 1/10  loss 0.5000  accuracy 75.0%  1,235/s  ETA 12 s';
    const late = at(13.1, batch(2, 1));
    const events = [...wholeRun.slice(0, 10), at(12.9, batch(2, 1)), late, ...wholeRun.slice(10)];
    check(events, [...report, progress, firstEpoch, second, secondEpoch, ...ending], { progress: 'lines' });
  });

  it('says why a device computes, and what it leaves to the processor', () => {
    const reason = 'WebGPU multiplies matrices 12 times as fast as the processor.';
    const told = { ...model, device: 'onnxruntime 1.30.0, webgpu, A Card', reason, fallbacks: { Scan: 2 } };
    const { lines } = render([at(2, told as NewRunEvent)]);
    expect(lines.slice(-4)).toEqual([
      '  onnxruntime 1.30.0, webgpu, A Card, 2 threads',
      `  ${reason}`,
      '  Scan (2) on the processor',
      '',
    ]);
  });

  it("counts a pretrained encoder's word pieces, and says when it thaws", () => {
    const events = wholeRun.map(
      (event): RunEvent =>
        event.type === 'data' ? { ...event, vocabulary: { size: 30_522, unknownTokenShare: 0 } } : event,
    );
    const second = events.findIndex((event) => event.type === 'epoch' && event.epoch === 2);
    const { lines } = render([
      ...events.slice(0, second),
      at(9, { type: 'thawed', epoch: 2 }),
      ...events.slice(second),
    ]);
    expect(lines).toContain("  Vocabulary      30,522 word pieces, the encoder's own");
    const thaw = '  From epoch 2 on, the whole encoder is trained.';
    expect(lines.slice(lines.indexOf(firstEpoch))).toEqual([firstEpoch, thaw, secondEpoch, ...ending]);
  });

  it('keeps its columns where epochs are thousands and losses are huge', () => {
    const epoch = wholeRun.find(({ type }) => type === 'epoch') as EpochEvent;
    const events = [
      at(3, batch(9999, 10, { epochs: 10_000 })),
      { ...epoch, epoch: 9999, train: { loss: 1.5e20, accuracy: 1 } },
    ];
    expect(render(events).lines.slice(1)).toEqual([
      report.at(-1),
      '   9999     1.5e+20    100.0%       0.5012     76.4%     76.1%       6.7 s  best',
    ]);
  });

  it('quietly', () => {
    const expected = ['test: accuracy 90.0%, macro F1 88.5% on 20 rows', 'Finished in 18 s.'];
    check(wholeRun, expected, { quiet: true, progress: 'live' });
  });

  it('colours change no text', () => {
    const { lines } = render(wholeRun, {}, 80, true);
    const introducer = String.fromCharCode(27);
    expect(lines.join('\n')).toContain(`${introducer}[`);
    const plain = lines.map((line) => line.replaceAll(new RegExp(`${introducer}\\[\\d+m`, 'g'), ''));
    expect(plain).toEqual([...report, firstEpoch, secondEpoch, ...ending]);
  });
});

describe('the end', () => {
  it.each([
    ['succeeded', 'Finished in 1 min 05 s.'],
    ['stopped', 'Stopped after 1 min 05 s.'],
    ['failed', 'Failed after 1 min 05 s.'],
  ] as const)('%s', (status, line) => {
    const events = [at(0, { type: 'started', id: 'i', name: 'n' }), at(65, { type: 'finished', status })];
    check(events, ['n  i', '', line]);
  });
});

it('a warning stands where it comes', () => {
  const events = [at(0, { type: 'warning', message: 'the \u001b[2Jlabel is odd\nand so on' })];
  check(events, ['warning: the ␛[2Jlabel is odd', 'and so on']);
  check(events, ['warning: the ␛[2Jlabel is odd', 'and so on'], { quiet: true });
});

describe('the live line', () => {
  const live = { progress: 'live' } as const;

  it('says the phase, then the progress, and goes at the end', () => {
    const { lives } = render(
      [
        at(0, { type: 'started', id: 'i', name: 'n' }),
        at(0, { type: 'phase', phase: 'reading data' }),
        at(1, data),
        at(2, { type: 'phase', phase: 'training' }),
        at(3, batch(1, 5)),
        at(4, { ...(wholeRun[8] as RunEvent) }),
        at(5, { type: 'phase', phase: 'evaluating' }),
        at(6, { type: 'finished', status: 'succeeded' }),
      ],
      live,
    );
    const bar = 'Training epoch 1/2  batch  5/10  ███████░░░░░░░  loss 0.5000  1,235/s  ETA 12 s';
    expect(lives).toEqual([
      undefined,
      '  Reading data …',
      '  Reading data …',
      '  Training …',
      bar,
      undefined,
      '  Evaluating …',
      undefined,
    ]);
  });

  it.each([
    [
      120,
      'Training epoch 1/2  batch  5/10  ███████████████░░░░░░░░░░░░░░░  loss 0.5000  accuracy 75.0%  1,235/s  ETA 12 s',
    ],
    [60, 'Training epoch 1/2  ████░░░  loss 0.5000  1,235/s  ETA 12 s'],
    [45, 'Training epoch 1/2  ██████░░░░░  loss 0.5000'],
    [30, 'Training epoch 1/2  █████░░░░'],
    [15, 'Training epoc…'],
  ])('%d columns', (width, expected) => {
    const { lives } = render([at(1, batch(1, 5))], live, width);
    expect(lives).toEqual([expected]);
  });

  it('never reaches the last column, and fills with the batches', () => {
    for (let width = 12; width <= 160; width++) {
      for (const number of [1, 5, 10]) {
        const changes = { batches: 10, etaSeconds: 123_456, samplesPerSecond: 98_765, epochs: 100 };
        const [line] = render([at(1, batch(1, number, changes))], live, width).lives;
        expect([...line!].length).toBeLessThan(width);
      }
    }
    const filled = (number: number) =>
      [...render([at(1, batch(1, number))], live, 120).lives[0]!].filter((c) => c === '█').length;
    expect([filled(0), filled(5), filled(10)]).toEqual([0, 15, 30]);
  });

  it('is not redrawn more often than eyes can follow, but at the end of an epoch', () => {
    const events = [1, 2, 3, 9, 10].map((number, i) => at(1 + i * 0.04, batch(1, number)));
    const shown = render(events, live).lives.map((line) => /batch +(\d+)/.exec(line!)![1]);
    expect(shown).toEqual(['1', '1', '3', '3', '10']);
  });
});

describe('many classes', () => {
  const labels = Array.from({ length: 40 }, (_, i) => `class ${i}`);
  const many: Evaluation = {
    ...evaluation,
    classes: labels.map((label, i) => ({ ...evaluation.classes[0]!, label, f1: (i + 1) / 40, support: 50 })),
    confusion: labels.map((_, truth) =>
      labels.map((__, prediction) => (truth === prediction ? 30 : prediction === 0 ? truth : 0)),
    ),
  };

  it('lists the largest of the data', () => {
    const classes = labels.map((label, i) => ({ label, train: i + 1, validation: 0, test: 0 }));
    const { lines } = render([at(0, { ...data, classes } as NewRunEvent)]);
    expect(lines.slice(2, 4).map((line) => line.trim().split(/ {2,}/)[0])).toEqual(['class 39', 'class 38']);
    expect(lines).toContain('  … and 28 smaller classes');
    expect(lines.find((line) => line.includes('40 classes'))).toBe('  40 classes  1,600         400');
  });

  it('lists the worst classes and the most frequent confusions', () => {
    const { lines } = render([at(0, { type: 'evaluation', evaluation: many })]);
    const text = lines.join('\n');
    const header = lines.findIndex((line) => line.startsWith('  Class '));
    expect(lines[header + 1]).toMatch(/^ {2}class 0 .* 2\.5%/);
    expect(text).toContain('the 30 of 40 classes with the lowest F1');
    expect(text).not.toContain('Confusion matrix');
    const start = lines.indexOf('  Most frequent confusions');
    expect(lines.slice(start + 1, start + 3)).toEqual([
      '  Truth     Predicted  Rows  Of the class',
      '  class 39  class 0      39         78.0%',
    ]);
    expect(lines.slice(start + 2).filter((line) => line.startsWith('  class'))).toHaveLength(10);
  });

  it('says so where there are no confusions', () => {
    const confusion = labels.map((_, truth) =>
      labels.map((__, prediction) => (truth === prediction ? 1 : 0)),
    );
    const { lines } = render([at(0, { type: 'evaluation', evaluation: { ...many, confusion } })]);
    expect(lines).toContain('  No confusions: every row is classified right.');
  });
});

describe('several labels a row', () => {
  const several: Evaluation = {
    ...evaluation,
    task: 'multi-label',
    hammingLoss: 0.125,
    microF1: 0.75,
    brier: null,
    classes: evaluation.classes.map((scores, i) => ({
      ...scores,
      threshold: [0.3, 0.625][i]!,
      rocAuc: null,
    })),
    confusion: [],
  };

  it('are no confusions, and have thresholds', () => {
    const { lines } = render([at(0, { type: 'evaluation', evaluation: several })]);
    expect(lines).toEqual([
      'Evaluation on the test split (20 rows)',
      '  Exact match            90.0%    Macro F1      88.5%',
      '  Hamming loss           12.5%    Micro F1      75.0%',
      '  Balanced accuracy      89.6%    Weighted F1   90.0%',
      '  Matthews correlation   0.792    ROC AUC       0.938',
      '  Calibration error       4.6%    PR AUC        0.910',
      '  Log loss              0.2513    Loss         0.2500',
      '',
      '  Class  Precision  Recall     F1  ROC AUC   From  Rows',
      '  ham        91.7%   91.7%  91.7%        –  30.0%    12',
      '  spam       87.5%   87.5%  87.5%        –  62.5%     8',
      '',
    ]);
  });

  it('are not called accurate where only exact matches count', () => {
    const { lines } = render([at(0, { type: 'evaluation', evaluation: several })], { quiet: true });
    expect(lines).toEqual(['test: exact match 90.0%, macro F1 88.5% on 20 rows']);
  });

  it('leave room for the text', () => {
    const label = Array.from({ length: 30 }, (_, i) => `label ${i}`).join(', ');
    const examples = [
      { text: 'Some text', label, probability: 0.5 },
      { text: 'More', label: 'a', probability: 0.75 },
    ];
    const { lines } = render([at(0, { type: 'examples', examples })]);
    expect(lines[1]).toMatch(/^ {2}label 0, label 1, .*… {2}50\.0% {2}Some text$/);
    expect(lines[1]!.length).toBeLessThanOrEqual(80);
    expect(lines[2]).toMatch(/^ {2}a {30,}75\.0% {2}More$/);
  });
});

describe('the confusion matrix', () => {
  /** The matrix's lines of an evaluation with these labels. */
  function matrix(labels: string[], width = 80): string[] {
    const classes = labels.map((label) => ({ ...evaluation.classes[0]!, label }));
    const confusion = labels.map((_, truth) => labels.map((__, prediction) => truth * 1000 + prediction));
    const event = at(0, { type: 'evaluation', evaluation: { ...evaluation, classes, confusion } });
    const { lines } = render([event], {}, width);
    return lines.slice(lines.findIndex((line) => line.includes('Confusion matrix')) + 1, -1);
  }

  it('cuts long labels', () => {
    expect(matrix(['a label that is far too long to print', 'short'])).toEqual([
      '                            a label that is…             short',
      '  a label that is far too…                 0                 1',
      '  short                                1,000             1,001',
    ]);
  });

  it('numbers the columns where labels have no room', () => {
    const labels = Array.from({ length: 12 }, (_, i) => `comp.group.number.${i}`);
    const lines = matrix(labels, 100);
    expect(lines[0]).toBe(
      '                                1       2       3       4       5       6       7       8       9      10      11      12',
    );
    expect(lines[1]).toMatch(/^ {3}1 comp\.group\.number\.0 /);
    expect(lines[12]).toMatch(/^ {2}12 comp\.group\.number\.11 .* 11,011$/);
  });

  it('keeps labels from sending escapes or breaking lines', () => {
    const lines = matrix(['\u001b]0;title\u0007', 'a\nb']);
    expect(lines).toHaveLength(3);
    expect(lines.join('\n')).toContain('␛]0;title␇');
    expect(lines.join('\n')).toContain('a␊b');
  });

  it('aligns wide characters', () => {
    expect(matrix(['日本語', 'en'])).toEqual([
      '          日本語      en',
      '  日本語       0       1',
      '  en       1,000   1,001',
    ]);
  });
});
