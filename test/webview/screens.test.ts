/**
 * Pictures of the page to look at: `TEXTCLF_SCREENS=/tmp/screens npx vitest run test/webview/screens.test.ts`.
 * TEXTCLF_SCREENS_OF=done,failed takes some states alone; TEXTCLF_SCREENS_RUN names the folder of a real run, and
 * TEXTCLF_SCREENS_DATA the report of real data: what `textclf inspect FILE --json --rows 2000` prints.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type {
  EvaluatedRow,
  FromPage,
  GroupState,
  InspectionState,
  RunState,
  ShownEvaluation,
  ToPage,
} from '../../src/protocol/dashboard';
import { differingSettings } from '../../src/runs/compare';
import { matchesFilter, readPredictions } from '../../src/runs/predictions';
import { RunView, withIntervals } from '../../src/runs/run-view';
import {
  cleanData,
  dataPage,
  listFindingRows,
  type MadeData,
  manyClassesData,
  readyState,
  reviewsData,
} from './data-states';
import { DashboardBrowser } from './page';
import {
  madeEvaluation,
  madeEvents,
  madeHeader,
  madeRuns,
  madeSearch,
  stateOf,
  stateOfRun,
  thawing,
} from './states';
import { themes } from './themes';

const folder = process.env.TEXTCLF_SCREENS;
const only = process.env.TEXTCLF_SCREENS_OF?.split(',');
const realRun = process.env.TEXTCLF_SCREENS_RUN;
const realData = process.env.TEXTCLF_SCREENS_DATA;
const widths = [360, 700, 1400];

interface Screen {
  name: string;
  messages: ToPage[];
  tab?: string;
  /** What else the person chose. */
  choices?: object;
  /** Playwright's way to click something before the picture is taken. */
  click?: string;
  draft?: string;
  hover?: string;
  /** What the rows of findings are of. */
  data?: MadeData;
}

describe.runIf(folder)('screens', () => {
  let browser: DashboardBrowser;
  beforeAll(async () => {
    browser = await DashboardBrowser.start();
    mkdirSync(folder!, { recursive: true });
  });
  afterAll(() => browser.close());

  it.each(Object.entries(themes))('%s', { timeout: 600_000 }, async (themeName, theme) => {
    // A run that stopped early has none.
    const rows = realRun ? await readPredictions(realRun).catch(() => []) : [];
    for (const screen of screens().filter(
      ({ name }) => !only || only.some((start) => name.startsWith(start)),
    )) {
      for (const width of widths) {
        const opened = await browser.open({
          ...{ width, height: 900, theme, reducedMotion: true },
          reply: (message) => (screen.data && listFindingRows(message, screen.data)) ?? answer(message, rows),
          kept: { choices: { tab: screen.tab ?? 'training', draft: screen.draft ?? '', ...screen.choices } },
        });
        const { page, send, problems } = opened;
        for (const message of screen.messages) await send(message);
        await page.locator('textclf-dashboard').evaluate('new Promise((done) => setTimeout(done, 300))');
        if (screen.click) await page.locator(screen.click).first().click();
        if (screen.hover)
          await page
            .locator(screen.hover)
            .first()
            .hover({ position: { x: 160, y: 90 } });
        await page.locator('textclf-dashboard').evaluate('new Promise((done) => setTimeout(done, 200))');
        await page.screenshot({
          path: join(folder!, `${screen.name}-${themeName}-${width}.png`),
          fullPage: true,
        });
        if (problems.length > 0) console.log(screen.name, themeName, width, problems);
        await page.context().close();
      }
    }
  });
});

function answer(message: FromPage, rows: Awaited<ReturnType<typeof readPredictions>>): ToPage | undefined {
  if (message.type === 'listRows') {
    const { request, filter, offset, limit } = message;
    const found = (rows.length > 0 ? rows : multiLabelRows).filter((row) => matchesFilter(row, filter));
    return { type: 'rows', request, total: found.length, rows: found.slice(offset, offset + limit) };
  }
  if (message.type === 'predict' && message.text === 'A text') {
    const classes = [1, 2, 3, 4].map((i) => ({ label: `topic ${i}`, probability: 0.9 / i }));
    const labels = ['topic 1', 'topic 2'];
    const prediction = { labels, label: labels.join(', '), probability: 0.45, classes };
    return { type: 'prediction', request: message.request, prediction };
  }
  if (message.type === 'predict') {
    const classes = [
      { label: 'ham', probability: 0.127 },
      { label: 'spam', probability: 0.873 },
    ];
    const { request } = message;
    return {
      type: 'prediction',
      request,
      prediction: { labels: ['spam'], label: 'spam', probability: 0.873, classes },
    };
  }
  return undefined;
}

const multiLabelRows: EvaluatedRow[] = [
  [
    ['topic 1', 'topic 3'],
    ['topic 1', 'topic 2'],
  ],
  [[], ['topic 2', 'topic 5']],
  [['topic 4', 'topic 7', 'topic 8'], []],
].map(([truth = [], predicted = []], i) => ({
  ...{
    text: 'A text about many things at once. '.repeat(4 * i + 1),
    file: 'data/reuters.jsonl',
    line: 12 * i + 7,
  },
  ...{ truth: truth.join(', '), predicted: predicted.join(', '), probability: 0.91 - 0.1 * i },
  labels: { truth, predicted },
}));

/** A pretrained encoder on its way here, cutting texts, and after its thaw. */
function pretrained(startedAt: string): Screen[] {
  const settings = {
    model: { type: 'pretrained', encoder: 'distilbert-base-uncased', revision: 'main', maxLength: 0 },
    training: { epochs: 3, freezeEncoderEpochs: 1 },
  };
  const view = (until: number) => {
    const made = new RunView();
    const events = thawing(madeEvents({ classes: 2, epochs: 3, batches: 400 }));
    made.apply(events.slice(0, Math.floor(events.length * until)));
    return made;
  };
  const screen = (name: string, made: RunView, changes: object): Screen => ({
    name: `pretrained-${name}`,
    messages: [
      { type: 'snapshot', state: stateOf(made, madeHeader(made, { startedAt, ...changes }), settings) },
    ],
  });
  const download = { name: 'distilbert-base-uncased', done: 120_000_000, total: 268_800_000 };
  return [
    screen('downloading', view(0), { phase: 'downloading', download }),
    screen('tokenizing', view(0), { phase: 'tokenizing' }),
    screen('frozen', view(0.2), {}),
    screen('thawed', view(0.8), {}),
    screen('done', view(1), { status: 'succeeded' }),
  ];
}

function screens(): Screen[] {
  const startedAt = new Date(Date.now() - 151_000).toISOString();
  const snapshot = (state: RunState): ToPage => ({ type: 'snapshot', state });
  const long = (until: number, classes = 3) => {
    const view = new RunView();
    const events = madeEvents({ classes, epochs: 12, batches: 400 });
    view.apply(events.slice(0, Math.floor(events.length * until)));
    return view;
  };
  const starting = new RunView();
  starting.apply(madeEvents({ classes: 2, epochs: 1, batches: 1 }).slice(0, 2));
  const made: Screen[] = [
    { name: 'waiting', messages: [] },
    {
      name: 'starting',
      messages: [snapshot(stateOf(starting, madeHeader(starting, { status: 'starting', startedAt }), {}))],
    },
    {
      name: 'running',
      messages: [snapshot(stateOf(long(0.55), madeHeader(long(0.55), { starred: true, startedAt }), {}))],
      hover: '.plot',
    },
    {
      name: 'stopping',
      messages: [
        snapshot(
          stateOf(
            long(0.3),
            madeHeader(long(0.3), { stopping: true, startedAt, note: 'With GloVe vectors.' }),
            {},
          ),
        ),
      ],
      click: 'text=Show Loss as a table >> nth=0',
    },
    {
      name: 'failed',
      messages: [
        snapshot(
          stateOf(
            starting,
            madeHeader(starting, {
              ...{ status: 'failed', endedAt: '2026-07-04T12:00:01.000Z', hasModel: false },
              message:
                'data/reviews.csv:124: This row has 3 columns where the header has 2.\n  Put the text into double quotes if it contains commas.',
            }),
            {},
          ),
        ),
      ],
    },
    ...onDevices(long(0.55), startedAt),
    { name: 'gone', messages: [{ type: 'gone', message: 'The folder of this run is gone.' }] },
    ...pretrained(startedAt),
    manyClasses(long(1, 40)),
    comparison(),
    ...oneRun(long(0.6), long(1, 12)),
    ...groups(),
    ...aboutData(),
  ];
  made[3]!.click = 'vscode-toolbar-button[icon="table"]';
  if (!realRun) return made;
  const root = dirname(dirname(dirname(realRun)));
  const done = snapshot(stateOfRun(realRun, root));
  return [
    ...made,
    { name: 'early', messages: [snapshot(stateOfRun(realRun, root, 90))] },
    { name: 'done', messages: [done] },
    { name: 'pictures', messages: [done], tab: 'charts' },
    {
      name: 'evaluation',
      messages: [done],
      tab: 'evaluation',
      click: '.cell.wrong, .class-scores tbody .link',
    },
    { name: 'try', messages: [done], tab: 'try', draft: 'Claim your free prize now!' },
    { name: 'settings', messages: [done], tab: 'settings' },
    { name: 'log', messages: [done], tab: 'log' },
  ];
}

/** Computed on a graphics card, and ended by it. */
function onDevices(view: RunView, startedAt: string): Screen[] {
  const header = {
    device: 'onnxruntime 1.30.0, webgpu, NVIDIA GeForce RTX 4070 Laptop GPU, driver 560.35.03',
    deviceName: 'webgpu',
    deviceReason: 'It multiplies matrices 12 times as fast as the processor.',
    fallbacks: { Scan: 2 },
  } as const;
  const message = 'The device is gone.\n  The best model so far is kept in .textclf/runs/made/model.';
  const failed = { ...header, status: 'failed', message, continuable: true } as const;
  return [
    { name: 'device', messages: [snapshotOf(view, { ...header, startedAt })] },
    { name: 'device-failed', messages: [snapshotOf(view, { ...failed, startedAt })] },
  ];
}

function snapshotOf(view: RunView, changes: Parameters<typeof madeHeader>[1]): ToPage {
  return { type: 'snapshot', state: stateOf(view, madeHeader(view, changes), {}) };
}

function manyClasses(view: RunView): Screen {
  const labels = view.data!.classes.map(({ label }) => label);
  const evaluation = withIntervals(madeEvaluation(labels));
  const header = madeHeader(view, { status: 'succeeded', endedAt: '2026-07-04T12:08:41.000Z' });
  return {
    name: 'classes',
    tab: 'evaluation',
    messages: [{ type: 'snapshot', state: { ...stateOf(view, header, {}), evaluation } }],
    click: 'text=Show the whole matrix',
  };
}

const ended = { status: 'succeeded', endedAt: '2026-07-04T12:08:41.000Z', hasModel: true } as const;

/** Pages about data: full of findings, with many classes, clean, and without a report. */
function aboutData(): Screen[] {
  const screen = (name: string, inspection: InspectionState, more: Partial<Screen> = {}): Screen => ({
    name: `data-${name}`,
    messages: [dataPage(inspection)],
    ...more,
  });
  const reviews = reviewsData();
  const many = manyClassesData();
  const row = '.finding-head[aria-expanded] >> nth=1';
  return [
    screen('reviews', readyState(reviews), { data: reviews, click: row, hover: '.histogram-bars' }),
    screen('classes', readyState(many), { data: many, click: '.finding-head[aria-expanded]' }),
    screen('tables', readyState(reviews, { isStale: true, isAsTrained: false }), {
      choices: { tables: ['lengths'] },
    }),
    ...(realData ? [realScreen(realData)] : []),
    screen('clean', readyState(cleanData())),
    screen('reading', { status: 'reading', done: 41, total: 100 }),
    screen('refused', {
      status: 'refused',
      message: 'This row has 3 columns where the header has 2.',
      hint: 'Put the text into double quotes if it contains commas.',
      place: { file: 'data/reviews.csv', line: 124 },
    }),
  ];
}

function realScreen(file: string): Screen {
  const data: MadeData = JSON.parse(readFileSync(file, 'utf8'));
  return {
    name: 'data-real',
    data,
    messages: [dataPage(readyState(data))],
    click: '.finding-head[aria-expanded]',
  };
}

/** A baseline to beat, a download, much that is cut off, several labels a row. */
function oneRun(half: RunView, whole: RunView): Screen[] {
  const validation = { loss: 0.29, accuracy: 0.883, macroF1: 0.881, rocAuc: 0.92 };
  const baseline = { id: 'b', name: 'imdb baseline', validation };
  const monitored = madeHeader(half, { best: { epoch: 7, metric: 'validation.rocAuc', value: 0.951 } });
  const cut = { ...half.data!, lengths: { ...half.data!.lengths, cutTokenShare: 0.183 } };
  const settings = { data: { task: 'multi-label' }, tokenizer: { maxLength: 256 } };
  const empty = new RunView();
  empty.apply(madeEvents({ classes: 2, epochs: 1, batches: 1 }).slice(0, 2));
  const download = { name: 'glove.6B.100d', done: 66_400_000, total: 134_300_000 };
  const labels = whole.data!.classes.map(({ label }) => label);
  const multi = {
    ...stateOf(whole, madeHeader(whole, ended), settings),
    evaluation: withIntervals(madeEvaluation(labels, 2, 'multi-label')),
    examples: [
      { text: 'The pitch was wet and the parliament slept.', label: 'topic 1, topic 4', probability: 0.61 },
    ],
  };
  return [
    {
      name: 'baseline',
      messages: [{ type: 'snapshot', state: { ...stateOf(half, monitored, settings), baseline, data: cut } }],
      choices: { metric: 'rocAuc' },
    },
    {
      name: 'baseline-table',
      messages: [{ type: 'snapshot', state: { ...stateOf(half, monitored, settings), baseline } }],
      choices: { metric: 'macroF1', tables: ['macroF1', 'loss'] },
    },
    {
      name: 'download',
      messages: [
        {
          type: 'snapshot',
          state: stateOf(empty, madeHeader(empty, { phase: 'downloading', download }), {}),
        },
      ],
    },
    { name: 'multi', tab: 'evaluation', messages: [{ type: 'snapshot', state: multi }] },
    { name: 'multi-try', tab: 'try', draft: 'A text', messages: [{ type: 'snapshot', state: multi }] },
  ];
}

/** Searches small and large, folds and seeds. */
function groups(): Screen[] {
  const view = new RunView();
  const startedAt = new Date(Date.now() - 1_151_000).toISOString();
  const group = (
    name: string,
    state: GroupState,
    changes: Partial<Screen> = {},
    evaluation: ShownEvaluation | null = null,
  ): Screen => {
    const header = madeHeader(view, { name: `imdb ${name}`, ...(state.summary ? ended : { startedAt }) });
    const settings = { model: { type: 'lstm' }, search: { trials: 20 } };
    return {
      ...{ name, tab: 'trials', ...changes },
      messages: [
        { type: 'snapshot', state: { ...stateOf(view, header, settings), group: state, evaluation } },
      ],
    };
  };
  const many = Array.from({ length: 12 }, (_, i) => ({
    path: `training.optimizer.${['aVeryLongOptionNameIndeed', 'beta', 'epsilon'][i % 3]}${i}`,
    scale: (['log', 'linear', 'choice'] as const)[i % 3]!,
  }));
  return [
    group('search', madeSearch(13, { planned: 20 })),
    group('search-tested', madeSearch(12), {}, withIntervals(madeEvaluation(['a', 'b', 'c']))),
    group('search-one', madeSearch(1, { planned: null })),
    group('search-none', { ...madeSearch(0, { planned: 20 }) }),
    group('search-many', madeSearch(200, { options: many })),
    group('charts', madeSearch(13, { planned: 20 }), { tab: 'charts', hover: 'svg.parallel' }),
    group('charts-choice', madeSearch(40), {
      ...{ tab: 'charts', choices: { option: 'model.pooling' }, hover: 'textclf-chart .u-over' },
      click: 'svg.parallel',
    }),
    group('charts-three', madeSearch(3, { planned: 20 }), { tab: 'charts' }),
    group('charts-many', madeSearch(200, { options: many }), { tab: 'charts' }),
    group('folds', madeRuns('folds', 5)),
    group('repeat', { ...madeRuns('repeat', 40), summary: null }),
  ];
}

function comparison(): Screen {
  const runs = [1, 2, 3].map((seed) => {
    const view = new RunView();
    view.apply(madeEvents({ classes: 3, epochs: 4 + seed, batches: 100 * seed }, seed));
    return {
      ...{
        id: `run-${seed}`,
        folder: `/w/${seed}`,
        name: ['imdb-lstm', 'imdb-gru', 'imdb-rnn, small'][seed - 1]!,
      },
      ...{
        status: seed === 3 ? ('stopped' as const) : ('succeeded' as const),
        startedAt: '2026-07-04T12:00:00Z',
      },
      ...{ curve: view.curve.curve, epochs: view.epochs },
      evaluation: seed === 3 ? null : withIntervals(madeEvaluation(['a', 'b', 'c'], seed)),
    };
  });
  const settings = differingSettings([
    { model: { type: 'lstm', hiddenSize: 128 }, training: { optimizer: { learningRate: 0.001 } } },
    { model: { type: 'gru', hiddenSize: 128 }, training: { optimizer: { learningRate: 0.002 } } },
    { model: { type: 'rnn' }, training: { optimizer: { learningRate: 0.001 } } },
  ]);
  return { name: 'comparison', messages: [{ type: 'comparison', state: { runs, settings } }] };
}
