import { html } from 'lit';
import type { EpochPoint, RunState } from '../../src/protocol/dashboard';
import { phaseNames } from '../../src/protocol/phase-names';
import {
  align,
  bestEpoch,
  curvePoints,
  epochMeans,
  epochPoints,
  type Points,
  sample,
  scaleOf,
} from '../chart-data';
import { count, loss, percent, rate } from '../format';
import type { Page } from '../page';
import type { PlotCurve } from '../plot';
import { type ChartModel, chart } from './chart';
import { isLive } from './header';
import { nothing, type Template } from './part';

/** So many points of the batch curve a table lists. */
const listedBuckets = 50;

type Metric = 'loss' | 'accuracy';

const metrics: Record<Metric, Pick<ChartModel, 'title' | 'format' | 'isShare' | 'offersLog'>> = {
  loss: { title: 'Loss', format: loss, offersLog: true },
  accuracy: { title: 'Accuracy', format: (value) => percent(value), isShare: true },
};

/** Loss and accuracy as they come. */
export function charts(run: RunState, page: Page): Template {
  return html`<div class="charts">
    ${chart(metricChart('loss', run), page)} ${chart(metricChart('accuracy', run), page)}
  </div>`;
}

function metricChart(metric: Metric, run: RunState): ChartModel {
  const { curve, epochs, header } = run;
  const scale = scaleOf(header.batches, epochs);
  const [rawColumn, smoothColumn] =
    metric === 'loss' ? (['loss', 'smoothLoss'] as const) : (['accuracy', 'smoothAccuracy'] as const);
  const blue = '--vscode-charts-blue';
  const yellow = '--vscode-charts-yellow';
  const drawn: (Omit<PlotCurve, 'values'> & { points: Points })[] = [
    {
      id: 'raw',
      label: 'Each batch',
      color: blue,
      look: 'raw',
      points: curvePoints(curve, rawColumn, scale),
    },
    {
      id: 'train',
      label: 'Train',
      color: blue,
      look: 'line',
      points: curvePoints(curve, smoothColumn, scale),
    },
    {
      ...{ id: 'train', label: 'Train', color: blue, look: 'markers' },
      points: epochMeans(epochs, ({ train }) => train[metric], scale),
    },
    {
      ...{ id: 'validation', label: 'Validation', color: yellow, look: 'marked' },
      points: epochPoints(epochs, ({ validation }) => validation[metric], scale),
    },
  ];
  const { x, columns } = align(drawn.map(({ points }) => points));
  const best = bestEpoch(epochs);
  return {
    ...metrics[metric],
    id: metric,
    data: {
      x,
      unit: scale.unit,
      curves: drawn.map(({ points: _points, ...rest }, i) => ({ ...rest, values: columns[i]! })),
      ...(best && { flag: { x: best.step / scale.stepsPerUnit, text: `best: epoch ${best.epoch}` } }),
    },
    table: () => metricTables(metric, run),
    empty: emptyWords(run),
  };
}

export function learningRate(run: RunState, page: Page): Template {
  return chart(learningRateChart(run), page);
}

function learningRateChart(run: RunState): ChartModel {
  const { curve, epochs, header } = run;
  const scale = scaleOf(header.batches, epochs);
  const { x, columns } = align([curvePoints(curve, 'learningRate', scale)]);
  const line = { id: 'rate', label: 'Learning rate', color: '--vscode-charts-purple', look: 'line' } as const;
  return {
    id: 'rate',
    title: 'Learning rate',
    format: rate,
    isSmall: true,
    fromZero: true,
    data: { x, unit: scale.unit, curves: [{ ...line, values: columns[0]! }] },
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

function metricTables(metric: Metric, run: RunState): Template {
  const { curve, epochs } = run;
  const { format, title } = metrics[metric];
  const smooth = metric === 'loss' ? curve.smoothLoss : curve.smoothAccuracy;
  const write = (value: number | null | undefined) => (value == null ? '–' : format(value));
  const best = bestEpoch(epochs);
  return html`
    ${
      epochs.length === 0
        ? nothing
        : html`<table>
          <caption>${title} by epoch</caption>
          <thead>
            <tr><th scope="col" class="number">Epoch</th><th scope="col" class="number">Train</th><th scope="col" class="number">Validation</th></tr>
          </thead>
          <tbody>
            ${epochs.map(
              (epoch: EpochPoint) => html`<tr class=${epoch === best ? 'best' : ''}>
              <th scope="row" class="number">${epoch.epoch}${epoch === best ? html` <span class="badge">best</span>` : nothing}</th>
              <td class="number">${write(epoch.train[metric])}</td>
              <td class="number">${write(epoch.validation[metric])}</td>
            </tr>`,
            )}
          </tbody>
        </table>`
    }
    ${bucketTable(run, `${title} by batch`, [
      ['Smoothed', (i) => write(smooth[i])],
      ['As measured', (i) => write(curve[metric][i])],
    ])}
  `;
}

function bucketTable(
  { curve }: RunState,
  title: string,
  columns: readonly [name: string, value: (bucket: number) => string][],
): Template {
  const buckets = sample(curve.step.length, listedBuckets);
  const isSample = buckets.length < curve.step.length;
  return html`<table>
    <caption>${title}${isSample ? ` (${buckets.length} of ${count(curve.step.length)} points)` : ''}</caption>
    <thead>
      <tr><th scope="col" class="number">Batch</th>${columns.map(([name]) => html`<th scope="col" class="number">${name}</th>`)}</tr>
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
