import { html } from 'lit';
import type { EpochPoint, RunState } from '../../src/protocol/dashboard';
import { type MetricName, metricNames, metricTitles } from '../../src/protocol/metrics';
import { phaseNames } from '../../src/protocol/phase-names';
import {
  align,
  bestEpoch,
  curvePoints,
  epochMeans,
  epochPoints,
  type Points,
  progressAxes,
  type Scale,
  sample,
  scaleOf,
} from '../chart-data';
import { count, rate } from '../format';
import { capital, metricLooks } from '../metrics';
import type { Page } from '../page';
import type { Flag, PlotCurve } from '../plot';
import { settingAt } from '../settings';
import { type ChartModel, chart } from './chart';
import { isLive } from './header';
import { nothing, type Template } from './part';
import { picker } from './picker';

/** So many points of the batch curve a table lists. */
const listedBuckets = 50;

/** The metrics that every batch tells; the others are of whole epochs. */
const batchColumns = {
  loss: ['loss', 'smoothLoss'],
  accuracy: ['accuracy', 'smoothAccuracy'],
} as const;

type BatchMetric = keyof typeof batchColumns;

function isOfBatches(metric: MetricName): metric is BatchMetric {
  return metric in batchColumns;
}

/** Loss beside the metric that the person chose, as they come. */
export function charts(run: RunState, page: Page): Template {
  const { metric } = page.choices;
  return html`<div class="charts">
    ${chart(metricChart('loss', run), page)}
    ${chart({ ...metricChart(metric, run), picker: metricPicker(metric, page) }, page)}
  </div>`;
}

function metricPicker(chosen: MetricName, page: Page): Template {
  return picker(
    'Metric of this chart',
    metricNames
      .filter((name) => name !== 'loss')
      .map((name) => ({ value: name, text: capital(metricTitles[name]) })),
    chosen,
    (metric) => page.choose({ metric }),
  );
}

/** A baseline is fitted to all rows at once: its curve counts iterations. */
export function isBaseline({ settings }: RunState): boolean {
  return settingAt(settings, 'model.type') === 'baseline';
}

function scaleOfRun(run: RunState): Scale {
  return isBaseline(run) ? { unit: 'iteration', stepsPerUnit: 1 } : scaleOf(run.header.batches, run.epochs);
}

function pointNoun(run: RunState): string {
  return isBaseline(run) ? 'iteration' : 'batch';
}

type DrawnCurve = Omit<PlotCurve, 'values'> & { points: Points };

function metricChart(metric: MetricName, run: RunState): ChartModel {
  const { epochs } = run;
  const scale = scaleOfRun(run);
  const { write, low, high, isShare } = metricLooks[metric];
  const validation: DrawnCurve = {
    ...{ id: 'validation', label: 'Validation', color: '--vscode-charts-yellow', look: 'marked' },
    points: epochPoints(epochs, ({ validation }) => validation[metric], scale),
  };
  const drawn = [...(isOfBatches(metric) ? trainCurves(metric, run, scale) : []), validation];
  const { x, columns } = align(drawn.map(({ points }) => points));
  return {
    id: metric,
    title: capital(metricTitles[metric]),
    format: write,
    limits: { low, high },
    isShare,
    offersLog: metric === 'loss',
    data: {
      x,
      axis: progressAxes[scale.unit],
      curves: [
        ...drawn.map(({ points: _points, ...rest }, i) => ({ ...rest, values: columns[i]! })),
        ...baselineCurve(metric, run, x),
      ],
      flags: flagsOf(run, scale),
    },
    table: () => metricTables(metric, run),
    empty: emptyWords(run),
  };
}

/** The best epoch, and from where on more is trained than before. */
function flagsOf({ epochs, thaw }: RunState, { stepsPerUnit }: Scale): Flag[] {
  const best = bestEpoch(epochs);
  const flags: Flag[] = [
    ...(thaw ? [{ x: thaw.step / stepsPerUnit, text: 'whole encoder trained', look: 'solid' } as const] : []),
    ...(best
      ? [{ x: best.step / stepsPerUnit, text: `best: epoch ${best.epoch}`, look: 'dotted' } as const]
      : []),
  ];
  return flags.sort((a, b) => a.x - b.x);
}

function trainCurves(metric: BatchMetric, run: RunState, scale: Scale): DrawnCurve[] {
  const { curve, epochs } = run;
  const color = '--vscode-charts-blue';
  const [raw, smooth] = batchColumns[metric];
  return [
    {
      id: 'raw',
      label: `Each ${pointNoun(run)}`,
      color,
      look: 'raw',
      points: curvePoints(curve, raw, scale),
    },
    { id: 'train', label: 'Train', color, look: 'line', points: curvePoints(curve, smooth, scale) },
    {
      ...{ id: 'train', label: 'Train', color, look: 'markers' },
      points: epochMeans(epochs, ({ train }) => train[metric], scale),
    },
  ];
}

/** What a network has to beat, as a line across the chart. */
function baselineCurve(metric: MetricName, run: RunState, x: readonly number[]): PlotCurve[] {
  const value = baselineValue(metric, run);
  if (value === null) return [];
  const words = `baseline ${metricLooks[metric].write(value)}`;
  return [
    {
      ...{ id: 'baseline', label: 'Baseline', legend: capital(words), note: words },
      ...{ color: '--vscode-charts-foreground', look: 'dashes', values: x.map(() => value) },
    },
  ];
}

function baselineValue(metric: MetricName, { baseline }: RunState): number | null {
  return baseline?.validation[metric] ?? null;
}

export function learningRate(run: RunState, page: Page): Template {
  return chart(learningRateChart(run), page);
}

function learningRateChart(run: RunState): ChartModel {
  const { curve } = run;
  const scale = scaleOfRun(run);
  const { x, columns } = align([curvePoints(curve, 'learningRate', scale)]);
  const line = { id: 'rate', label: 'Learning rate', color: '--vscode-charts-purple', look: 'line' } as const;
  return {
    id: 'rate',
    title: 'Learning rate',
    format: rate,
    isSmall: true,
    fromZero: true,
    data: {
      x,
      axis: progressAxes[scale.unit],
      curves: [{ ...line, values: columns[0]! }],
      flags: flagsOf(run, scale).filter(({ look }) => look === 'solid'),
    },
    table: () =>
      bucketTable(run, 'Learning rate by batch', [['Learning rate', (i) => rate(curve.learningRate[i])]]),
    empty: emptyWords(run),
  };
}

function emptyWords({ header }: RunState): string {
  if (!isLive(header)) return 'No batch was trained.';
  if (!header.phase || header.phase === 'training') return 'The first batch is on its way.';
  return `${phaseNames[header.phase]} comes first; then the first batch.`;
}

function metricTables(metric: MetricName, run: RunState): Template {
  const { epochs } = run;
  const { write } = metricLooks[metric];
  const title = capital(metricTitles[metric]);
  const best = bestEpoch(epochs);
  const columns: [name: string, value: (epoch: EpochPoint) => number | null, baseline: number | null][] = [
    ['Validation', ({ validation }) => validation[metric], baselineValue(metric, run)],
  ];
  if (isOfBatches(metric)) columns.unshift(['Train', ({ train }) => train[metric], null]);
  const hasBaseline = baselineValue(metric, run) !== null;
  return html`
    ${
      epochs.length === 0 && !hasBaseline
        ? nothing
        : html`<table>
          <caption>${title} by epoch</caption>
          <thead>
            <tr><th scope="col" class="number">Epoch</th>${columns.map(([name]) => html`<th scope="col" class="number">${name}</th>`)}</tr>
          </thead>
          <tbody>
            ${epochs.map(
              (epoch) => html`<tr class=${epoch === best ? 'best' : ''}>
              <th scope="row" class="number">${epoch.epoch}${epoch === best ? html` <span class="badge">best</span>` : nothing}</th>
              ${columns.map(([, value]) => html`<td class="number">${write(value(epoch))}</td>`)}
            </tr>`,
            )}
          </tbody>
          ${
            hasBaseline
              ? html`<tfoot><tr><th scope="row" class="number" title=${run.baseline?.name.slice(0, 1000) ?? nothing}>Baseline</th>${columns.map(([, , value]) => html`<td class="number">${write(value)}</td>`)}</tr></tfoot>`
              : nothing
          }
        </table>`
    }
    ${isOfBatches(metric) ? batchTable(metric, run) : nothing}
  `;
}

function batchTable(metric: BatchMetric, run: RunState): Template {
  const { write } = metricLooks[metric];
  const [raw, smooth] = batchColumns[metric];
  return bucketTable(run, `${capital(metricTitles[metric])} by ${pointNoun(run)}`, [
    ['Smoothed', (i) => write(run.curve[smooth][i])],
    ['As measured', (i) => write(run.curve[raw][i])],
  ]);
}

function bucketTable(
  run: RunState,
  title: string,
  columns: readonly [name: string, value: (bucket: number) => string][],
): Template {
  const { curve } = run;
  const buckets = sample(curve.step.length, listedBuckets);
  const isSample = buckets.length < curve.step.length;
  return html`<table>
    <caption>${title}${isSample ? ` (${buckets.length} of ${count(curve.step.length)} points)` : ''}</caption>
    <thead>
      <tr><th scope="col" class="number">${capital(pointNoun(run))}</th>${columns.map(([name]) => html`<th scope="col" class="number">${name}</th>`)}</tr>
    </thead>
    <tbody>
      ${buckets.map(
        (bucket) => html`<tr>
        <th scope="row" class="number">${count(curve.step[bucket])}</th>
        ${columns.map(([, value]) => html`<td class="number">${value(bucket)}</td>`)}
      </tr>`,
      )}
    </tbody>
  </table>`;
}
