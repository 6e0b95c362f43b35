import { html } from 'lit';
import type { GroupState, ShownEvaluation } from '../../src/protocol/dashboard';
import type { Split } from '../../src/protocol/events';
import {
  type MetricName,
  metricMeanings,
  metricNames,
  metricOf,
  metricTitles,
} from '../../src/protocol/metrics';
import { optionAxes, type TrialAxis, ticksOf } from '../axes';
import { type Column, type PlotAxis, wholeIncrements } from '../chart-data';
import { capital, metricLooks, monitorTitle, monitorValue } from '../metrics';
import type { Page } from '../page';
import type { PlotCurve } from '../plot';
import { bestSoFar, bestTrial, groupWords, settingText, type Trial, trialStatusWords } from '../trials';
import { type ChartModel, chart } from './chart';
import { evaluationSummary } from './evaluation';
import { parallel } from './parallel';
import { nothing, type Template } from './part';
import { picker } from './picker';
import { label } from './text';
import { trialDetail } from './trials';

/**
 * The runs of a group, and what came of them all.
 *
 * @param evaluation of a search's best model, on the rows that no trial has seen
 */
export function groupTab(group: GroupState, evaluation: ShownEvaluation | null, page: Page): Template {
  const best = bestTrial(group);
  const list = html`<section aria-labelledby="trials-heading">
    <h2 id="trials-heading">${capital(groupWords[group.kind].plural)}</h2>
    <textclf-trials .group=${group} .page=${page}></textclf-trials>
  </section>`;
  if (group.kind === 'search') {
    return html`${evaluation ? bestModel(evaluation, page) : nothing}${best ? trialDetail(best, group, page) : nothing}${list}`;
  }
  const values = html`<div>${chart(valueChart(group, page), page)}${list}</div>`;
  if (!group.summary) {
    return html`<p class="empty">The mean and the deviation over the ${groupWords[group.kind].plural} come at the end.</p>${values}`;
  }
  return html`<div class="columns">${summaryTable(group.summary, groupWords[group.kind].plural)}${values}</div>`;
}

function bestModel(evaluation: ShownEvaluation, page: Page): Template {
  return html`<section aria-labelledby="best-model-heading">
    <h2 id="best-model-heading">Best model on ${evaluation.split} rows</h2>
    ${evaluationSummary(evaluation, page)}
  </section>`;
}

/** What a search found, in pictures. */
export function groupCharts(group: GroupState, page: Page): Template {
  return html`
    ${parallel(group, page)}
    <div class="charts below">
      ${group.options.length > 0 ? chart(optionChart(group, page), page) : nothing}
      ${chart(valueChart(group, page), page)}
    </div>
  `;
}

/** Mean ± sample deviation of each metric over the runs that succeeded. */
function summaryTable({ metrics }: NonNullable<GroupState['summary']>, plural: string): Template {
  const splits = [...new Set(metrics.map(({ split }) => split))];
  const names = metricNames.filter((name) => metrics.some((metric) => metric.name === name));
  const written = (split: Split, name: MetricName) => {
    const found = metrics.find((metric) => metric.split === split && metric.name === name);
    if (!found) return '–';
    const { write } = metricLooks[name];
    return html`${write(found.mean)} <span class="muted">± ${write(found.deviation)}</span>`;
  };
  return html`<section aria-labelledby="summary-heading">
    <h2 id="summary-heading">Mean ± deviation</h2>
    ${
      metrics.length === 0
        ? html`<p class="empty">None of the ${plural} succeeded.</p>`
        : html`<div class="scroll">
          <table class="summary">
            <caption class="hidden-caption">Mean and sample standard deviation of each metric over the ${plural}</caption>
            <thead>
              <tr><th scope="col">Metric</th>${splits.map((split) => html`<th scope="col" class="number">${split}</th>`)}</tr>
            </thead>
            <tbody>
              ${names.map(
                (name) => html`<tr>
                <th scope="row" title=${metricMeanings[name]}>${capital(metricTitles[name])}</th>
                ${splits.map((split) => html`<td class="number">${written(split, name)}</td>`)}
              </tr>`,
              )}
            </tbody>
          </table>
        </div>`
    }
  </section>`;
}

const blue = '--vscode-charts-blue';
const yellow = '--vscode-charts-yellow';
const purple = '--vscode-charts-purple';

/** Trials as points: those that finished, those that did not, and the best. */
function pointCurves(trials: readonly Trial[], best: Trial | undefined): PlotCurve[] {
  const values = (isMeant: (trial: Trial) => boolean): Column =>
    trials.map((trial) => (isMeant(trial) ? trial.value : null));
  const curves: PlotCurve[] = [
    {
      ...{ id: 'finished', label: 'Finished', color: blue, look: 'dots' },
      values: values(({ status }) => status === 'succeeded'),
    },
    {
      ...{ id: 'unfinished', label: 'Running or ended early', color: blue, look: 'markers' },
      values: values(({ status }) => status !== 'succeeded'),
    },
    {
      ...{ id: 'best', label: 'Best', color: yellow, look: 'best' },
      values: values((trial) => trial === best),
    },
  ];
  return curves.filter(({ values }) => values.some((value) => value !== null));
}

function metricChart(group: GroupState): Pick<ChartModel, 'format' | 'limits' | 'isShare' | 'empty'> {
  const { write, low, high, isShare } = metricLooks[metricOf(group.metric)];
  const { noun } = groupWords[group.kind];
  return { format: write, limits: { low, high }, isShare, empty: `No ${noun} has a value yet.` };
}

function tellTrial(
  group: GroupState,
  trial: Trial,
  axis?: TrialAxis,
): ReturnType<NonNullable<ChartModel['tellPoint']>> {
  return {
    head: `${trial.label}, ${trialStatusWords[trial.status].word}`,
    lines: [
      ...(axis ? [[axis.name, axis.text(trial)] as [string, string]] : []),
      [metricTitles[metricOf(group.metric)], monitorValue(group.metric, trial.value)],
    ],
  };
}

/** The metric by one option: each point is a trial. */
function optionChart(group: GroupState, page: Page): ChartModel {
  const axes = optionAxes(group);
  const axis = axes.find(({ key }) => key === page.choices.option) ?? axes[0]!;
  const placed = group.trials
    .map((trial) => ({ trial, x: axis.number(trial) }))
    .filter((item): item is { trial: Trial; x: number } => item.x !== null && item.trial.value !== null)
    .sort((a, b) => a.x - b.x);
  const trials = placed.map(({ trial }) => trial);
  const title = `${capital(metricTitles[metricOf(group.metric)])} by ${axis.name}`;
  return {
    ...metricChart(group),
    id: 'option',
    title,
    picker: html`<span class="picker-line" aria-hidden="true">${capital(metricTitles[metricOf(group.metric)])} by</span>${picker(
      'Option of this chart',
      axes.map(({ key, name }) => ({ value: key, text: name })),
      axis.key,
      (option) => page.choose({ option }),
    )}`,
    syncKey: 'option',
    data: {
      x: placed.map(({ x }) => x),
      axis: plotAxis(axis),
      curves: pointCurves(trials, bestTrial(group)),
    },
    tellPoint: (index) => tellTrial(group, trials[index]!, axis),
    onPoint: (index) => page.openTrial(trials[index]!.id),
    table: () => trialTable(group, trials, title, axis),
  };
}

function plotAxis({ key, kind, choices }: TrialAxis): PlotAxis {
  const isChoice = kind === 'choice';
  const mark = (value: number) => (isChoice ? (choices[value] ?? '') : settingText(value));
  return {
    ...{ label: key, isLog: kind === 'log', isPadded: true, mark, head: mark },
    ...(isChoice && { increments: wholeIncrements() }),
    ...(kind === 'log' && { marks: (low: number, high: number) => ticksOf('log', low, high) }),
  };
}

/** The value of each run in their order: with the best so far, or with the mean and the deviation. */
function valueChart(group: GroupState, page: Page): ChartModel {
  const { trials } = group;
  const valued = trials.some(({ value }) => value !== null);
  const isSearch = group.kind === 'search';
  const { noun } = groupWords[group.kind];
  const metric = capital(monitorTitle(group.metric));
  const title = isSearch ? `${metric} by ${noun}` : metric;
  return {
    ...metricChart(group),
    id: 'values',
    title,
    syncKey: 'values',
    data: {
      x: valued ? trials.map(({ index }) => index) : [],
      axis: { label: noun, isPadded: true, increments: wholeIncrements(), mark: String, head: String },
      curves: [
        ...(isSearch
          ? [
              {
                id: 'best-so-far',
                label: 'Best so far',
                color: yellow,
                look: 'steps',
                values: bestSoFar(group),
              } as const,
            ]
          : spreadCurves(group)),
        ...pointCurves(trials, bestTrial(group)),
      ],
    },
    tellPoint: (index) => tellTrial(group, trials[index]!),
    onPoint: (index) => page.openTrial(trials[index]!.id),
    table: () => trialTable(group, trials, title),
  };
}

/** The mean of the values as a line, and one deviation to both sides of it. */
function spreadCurves({ trials, metric, summary }: GroupState): PlotCurve[] {
  const found = summary?.metrics.find(
    ({ split, name }) => split === 'validation' && name === metricOf(metric),
  );
  if (!found) return [];
  const { mean, deviation } = found;
  const look = { color: '--vscode-charts-foreground', look: 'dashes' } as const;
  const across = (value: number) => trials.map(() => value);
  const spread = {
    ...look,
    id: 'deviation',
    label: `± ${monitorValue(metric, deviation)}`,
    color: purple,
  } as const;
  return [
    { ...look, id: 'mean', label: `Mean ${monitorValue(metric, mean)}`, values: across(mean) },
    { ...spread, values: across(mean - deviation) },
    { ...spread, values: across(mean + deviation) },
  ];
}

function trialTable(group: GroupState, trials: readonly Trial[], title: string, axis?: TrialAxis): Template {
  const best = bestTrial(group);
  return html`<table>
    <caption>${title}</caption>
    <thead>
      <tr>
        <th scope="col">${capital(groupWords[group.kind].noun)}</th>
        ${axis ? html`<th scope="col" class="number">${axis.name}</th>` : nothing}
        <th scope="col" class="number">${metricTitles[metricOf(group.metric)]}</th>
      </tr>
    </thead>
    <tbody>
      ${trials.map(
        (trial) => html`<tr class=${trial === best ? 'best' : ''}>
        <th scope="row">${label(trial.label)}</th>
        ${axis ? html`<td class="number">${label(axis.text(trial))}</td>` : nothing}
        <td class="number">${monitorValue(group.metric, trial.value)}</td>
      </tr>`,
      )}
    </tbody>
  </table>`;
}
