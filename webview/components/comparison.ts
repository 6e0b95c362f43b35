import { html } from 'lit';
import type { ComparedRun, ComparisonState } from '../../src/protocol/dashboard';
import { align, bestEpoch, curvePoints, epochPoints, progressAxes, type Scale, scaleOf } from '../chart-data';
import { localTime, loss, percent, percentRange } from '../format';
import { capital, metricLooks } from '../metrics';
import type { Page } from '../page';
import type { PlotCurve } from '../plot';
import { runColors } from '../theme';
import { type ChartModel, chart } from './chart';
import { statusPill } from './header';
import { nothing, type Template, vars } from './part';

type Metric = 'loss' | 'accuracy';

/** Several runs side by side: their curves, how they ended, and in which settings they differ. */
export function comparison(state: ComparisonState, page: Page): Template {
  const { runs } = state;
  return html`
    <header class="page-header">
      <div class="title-row"><h1>Comparison of ${runs.length} runs</h1></div>
    </header>
    <main class="tab-panel">
      <div class="charts">
        ${chart(comparedChart('loss', runs), page)} ${chart(comparedChart('accuracy', runs), page)}
      </div>
      <section aria-labelledby="results-heading">
        <h2 id="results-heading">Results</h2>
        <div class="scroll">${resultTable(runs, page)}</div>
      </section>
      <section aria-labelledby="differences-heading">
        <h2 id="differences-heading">Settings that differ</h2>
        ${differences(state)}
      </section>
      <section aria-labelledby="epochs-heading">
        <h2 id="epochs-heading">Epochs</h2>
        ${runs.every(({ epochs }) => epochs.length === 0) ? html`<p class="empty">No epoch has ended yet.</p>` : html`<div class="scroll epochs">${epochTable(runs)}</div>`}
      </section>
    </main>
  `;
}

/** A, B, … Z, AA, … */
function letterOf(index: number): string {
  const rest = Math.floor(index / 26);
  return (rest > 0 ? letterOf(rest - 1) : '') + String.fromCharCode(65 + (index % 26));
}

function chip(index: number): Template {
  const color = runColors[index % runColors.length]!;
  return html`<span class="chip" ${vars({ '--color': `var(${color})` })}>${letterOf(index)}</span>`;
}

/** The axis counts epochs only if that is known of every run: batches of different runs are not alike. */
function scalesOf(runs: readonly ComparedRun[]): Scale[] {
  const scales = runs.map(({ epochs }) => scaleOf(0, epochs));
  return scales.every(({ unit }) => unit === 'epoch')
    ? scales
    : runs.map(() => ({ unit: 'batch', stepsPerUnit: 1 }));
}

function comparedChart(metric: Metric, runs: readonly ComparedRun[]): ChartModel {
  const scales = scalesOf(runs);
  const drawn = runs.flatMap((run, i) => {
    const color = runColors[i % runColors.length]!;
    const letter = letterOf(i);
    const smooth = metric === 'loss' ? 'smoothLoss' : 'smoothAccuracy';
    const base = { id: run.id, color };
    const hasEpochs = run.epochs.length > 0;
    const train: Omit<PlotCurve, 'values'> = {
      ...base,
      label: `${run.name}, train`,
      look: 'dashes',
      ...(!hasEpochs && { letter }),
    };
    const validation: Omit<PlotCurve, 'values'> = {
      ...base,
      label: run.name,
      look: 'marked',
      ...(hasEpochs && { letter }),
    };
    return [
      {
        curve: validation,
        points: epochPoints(run.epochs, ({ validation }) => validation[metric], scales[i]!),
      },
      { curve: train, points: curvePoints(run.curve, smooth, scales[i]!) },
    ];
  });
  const { x, columns } = align(drawn.map(({ points }) => points));
  const { write, low, high, isShare } = metricLooks[metric];
  return {
    id: `compared-${metric}`,
    title: capital(metric),
    format: write,
    limits: { low, high },
    isShare,
    offersLog: metric === 'loss',
    data: {
      x,
      axis: progressAxes[scales[0]?.unit ?? 'batch'],
      curves: drawn.map(({ curve }, i) => ({ ...curve, values: columns[i]! })),
    },
    table: () => epochTable(runs, metric),
    empty: 'No batch was trained yet.',
  };
}

function runHead(run: ComparedRun, index: number): Template {
  return html`<th scope="col" class="run-head"><bdi>${chip(index)}${run.name}</bdi></th>`;
}

function resultTable(runs: readonly ComparedRun[], page: Page): Template {
  const best = runs.map(({ epochs }) => bestEpoch(epochs));
  const lines: [name: string, value: (run: ComparedRun, index: number) => Template | string][] = [
    ['Status', ({ status }) => statusPill(status)],
    ['Started', ({ startedAt }) => localTime(startedAt)],
    ['Best epoch', (_run, i) => (best[i] ? String(best[i].epoch) : '–')],
    ['Validation loss', (_run, i) => loss(best[i]?.validation.loss)],
    ['Validation accuracy', (_run, i) => percent(best[i]?.validation.accuracy)],
    ['Evaluated on', ({ evaluation }) => evaluation?.split ?? '–'],
    ['Accuracy', ({ evaluation }) => withInterval(evaluation?.accuracy, evaluation?.accuracyInterval)],
    ['Macro F1', ({ evaluation }) => withInterval(evaluation?.macroF1, evaluation?.macroF1Interval)],
    [
      '',
      ({ folder }) =>
        html`<button class="link" @click=${() => page.openRun(folder)}>Open the dashboard</button>`,
    ],
  ];
  return html`<table class="compared">
    <caption class="hidden-caption">Results of each run</caption>
    <thead><tr><td></td>${runs.map(runHead)}</tr></thead>
    <tbody>
      ${lines.map(
        ([name, value]) => html`<tr>
        <th scope="row">${name}</th>
        ${runs.map((run, i) => html`<td>${value(run, i)}</td>`)}
      </tr>`,
      )}
    </tbody>
  </table>`;
}

function withInterval(
  value: number | undefined,
  range: { low: number; high: number } | null | undefined,
): Template | string {
  return range
    ? html`${percent(value)} <span class="muted nowrap">(${percentRange(range)})</span>`
    : percent(value);
}

function differences({ runs, settings }: ComparisonState): Template {
  if (settings.length === 0) return html`<p class="empty">None: these runs have the same settings.</p>`;
  return html`<div class="scroll"><table class="compared settings">
    <caption class="hidden-caption">The options in which the runs differ</caption>
    <thead><tr><th scope="col">Option</th>${runs.map(runHead)}</tr></thead>
    <tbody>
      ${settings.map(
        ({ path, values }) => html`<tr>
        <th scope="row"><bdi>${path}</bdi></th>
        ${runs.map((_run, i) => html`<td>${values[i] ? html`<textclf-long-text .text=${values[i]}></textclf-long-text>` : html`<span class="muted">–</span>`}</td>`)}
      </tr>`,
      )}
    </tbody>
  </table></div>`;
}

/** A row an epoch, and each run's validation scores: one metric, or both. */
function epochTable(runs: readonly ComparedRun[], metric?: Metric): Template {
  const metrics: readonly Metric[] = metric ? [metric] : ['loss', 'accuracy'];
  const last = Math.max(0, ...runs.flatMap(({ epochs }) => epochs.map(({ epoch }) => epoch)));
  const byEpoch = runs.map(({ epochs }) => new Map(epochs.map((epoch) => [epoch.epoch, epoch])));
  const best = runs.map(({ epochs }) => bestEpoch(epochs));
  return html`<table class="compared">
    <caption>Validation ${metrics.join(' and ')} by epoch</caption>
    <thead>
      <tr><th scope="col" class="number" rowspan=${metric ? 1 : 2}>Epoch</th>${runs.map((run, i) => html`<th scope=${metric ? 'col' : 'colgroup'} class="run-head number" colspan=${metrics.length}><bdi>${chip(i)}${run.name}</bdi></th>`)}</tr>
      ${metric ? nothing : html`<tr>${runs.map(() => metrics.map((name) => html`<th scope="col" class="number">${name}</th>`))}</tr>`}
    </thead>
    <tbody>
      ${Array.from({ length: last }, (_, i) => i + 1).map(
        (number) => html`<tr>
        <th scope="row" class="number">${number}</th>
        ${byEpoch.map((epochs, run) =>
          metrics.map((name) => {
            const epoch = epochs.get(number);
            const isBest = epoch !== undefined && epoch === best[run];
            return html`<td class=${`number${isBest ? ' best' : ''}`} title=${isBest ? 'The best epoch of this run' : nothing}>${epoch ? metricLooks[name].write(epoch.validation[name]) : ''}</td>`;
          }),
        )}
      </tr>`,
      )}
    </tbody>
  </table>`;
}
