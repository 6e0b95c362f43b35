import { html } from 'lit';
import { guard } from 'lit/directives/guard.js';
import type { EpochPoint, RunState } from '../../src/protocol/dashboard';
import type { Split } from '../../src/protocol/events';
import { type MetricName, metricNames, metricTitles } from '../../src/protocol/metrics';
import { bestEpoch } from '../chart-data';
import { count, countOf, duration, percent, rate } from '../format';
import { metricLooks } from '../metrics';
import type { Page } from '../page';
import { settingAt } from '../settings';
import { charts, isBaseline, learningRate } from './charts';
import { evaluationSummary } from './evaluation';
import { isLive } from './header';
import { nothing, type Template, vars } from './part';
import { label } from './text';

const splits: readonly Split[] = ['train', 'validation', 'test'];

/** A table of thousands of epochs would be drawn anew with each of them. */
const shownEpochs = 200;

/** With more classes than this, the smaller ones are shown on demand. */
const shownClasses = 12;

/** Where a greater share of all tokens is cut off, a person should know what that costs. */
const muchCut = 0.1;

/** How training goes, and on what. */
export function trainingTab(run: RunState, page: Page): Template {
  // A run that ended before its first batch has nothing to show here, and won't have.
  const hasTrained = isLive(run.header) || run.curve.step.length > 0;
  return html`
    ${run.evaluation ? evaluationSummary(run.evaluation, page) : nothing}
    ${hasTrained ? charts(run, page) : html`<p class="empty">No batch was trained.</p>`}
    <div class="columns">
      ${
        hasTrained
          ? html`<div>
              ${isBaseline(run) ? nothing : learningRate(run, page)}
              <section aria-labelledby="epochs-heading">
                <h2 id="epochs-heading">Epochs</h2>
                ${guard([run.epochs, run.thaw, isLive(run.header), run.header.best?.metric], () => epochTable(run))}
              </section>
            </div>`
          : nothing
      }
      ${
        hasTrained || run.data
          ? html`<section aria-labelledby="data-heading">
              <h2 id="data-heading">Data</h2>
              ${guard([run.data, run.settings, isLive(run.header)], () => dataFacts(run))}
              <h2>Model</h2>
              ${modelFacts(run)}
            </section>`
          : nothing
      }
    </div>
  `;
}

function epochTable({ epochs, header, thaw }: RunState): Template {
  if (epochs.length === 0) {
    return html`<p class="empty">${isLive(header) ? 'The first epoch has not ended yet.' : 'No epoch was finished.'}</p>`;
  }
  const best = bestEpoch(epochs);
  const left = Math.max(0, epochs.length - shownEpochs);
  const names = validationColumns(header.best?.metric);
  // The best one is always among them.
  const shown = epochs.filter((epoch, i) => i >= left || epoch === best);
  return html`${left > 0 ? html`<p class="muted hint">The last ${count(shownEpochs)} of ${count(epochs.length)} epochs.</p>` : nothing}
  <div class="scroll epochs" tabindex="0" role="region" aria-labelledby="epochs-heading">
    <table>
      <caption class="hidden-caption">Scores by epoch</caption>
      <thead>
        <tr>
          <th scope="col" rowspan="2" class="number">Epoch</th>
          <th scope="colgroup" colspan=${trainColumns.length} class="group">Train</th>
          <th scope="colgroup" colspan=${names.length} class="group">Validation</th>
          <th scope="col" rowspan="2" class="number">Rate</th>
          <th scope="col" rowspan="2" class="number">Time</th>
        </tr>
        <tr>
          ${[...trainColumns, ...names].map((name) => html`<th scope="col" class="number">${metricTitles[name]}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${shown.map((epoch) => [
          epoch.epoch === thaw?.epoch ? thawRow(trainColumns.length + names.length + 3) : nothing,
          epochRow(epoch, names, epoch === best),
        ])}
      </tbody>
    </table>
  </div>`;
}

/** Between the epochs that trained the classifier alone and those that train everything. */
function thawRow(columns: number): Template {
  return html`<tr class="thaw"><td colspan=${columns}>whole encoder trained from here on</td></tr>`;
}

const trainColumns = ['loss', 'accuracy'] as const;

/** Loss, accuracy, macro F1 and, where that is another, the metric that decides about the best epoch. */
function validationColumns(monitor: string | undefined): MetricName[] {
  const shown: MetricName[] = ['loss', 'accuracy', 'macroF1'];
  return metricNames.filter((name) => shown.includes(name) || monitor === `validation.${name}`);
}

function epochRow(
  { epoch, train, validation, learningRate, seconds }: EpochPoint,
  names: readonly MetricName[],
  isBest: boolean,
): Template {
  return html`<tr class=${isBest ? 'best' : ''}>
    <th scope="row" class="number">${isBest ? html`<span class="badge">best</span> ` : nothing}${epoch}</th>
    ${trainColumns.map((name) => html`<td class="number">${metricLooks[name].write(train[name])}</td>`)}
    ${names.map((name) => html`<td class="number">${metricLooks[name].write(validation[name])}</td>`)}
    <td class="number">${rate(learningRate)}</td>
    <td class="number">${duration(seconds)}</td>
  </tr>`;
}

function dataFacts({ data, header, settings }: RunState): Template {
  if (!data) {
    return html`<p class="empty">${isLive(header) ? 'The data is being read.' : 'The data was not read.'}</p>`;
  }
  const { rows, lengths, vocabulary, classes } = data;
  const shown = splits.filter((split) => rows[split] > 0);
  const vectors =
    vocabulary.vectorsFound === undefined ? '' : `; vectors found for ${count(vocabulary.vectorsFound)}`;
  const bySize = [...classes].sort((a, b) => b.train - a.train);
  const listed = classes.length > shownClasses ? bySize.slice(0, shownClasses) : classes;
  const left = bySize.slice(listed.length);
  return html`
    <dl class="lines">
      <dt>Rows</dt><dd>${shown.map((split) => `${count(rows[split])} ${split}`).join(', ')}</dd>
      <dt>Tokens a text</dt><dd>median ${count(lengths.median)}, 95${'\u202f'}% up to ${count(lengths.p95)}, longest ${count(lengths.longest)}</dd>
      ${lengths.cutTexts > 0 ? html`<dt>Cut off</dt><dd>${countOf(lengths.cutTexts, 'text')}, ${percent(lengths.cutTokenShare)} of all tokens</dd>` : nothing}
      <dt>Vocabulary</dt><dd>${vocabulary.seen === undefined ? `${count(vocabulary.size)} word pieces, the encoder's own` : `${count(vocabulary.size)} of ${count(vocabulary.seen)} seen${vectors}`}</dd>
      <dt>Unknown tokens</dt><dd>${percent(vocabulary.unknownTokenShare)}</dd>
    </dl>
    ${lengths.cutTokenShare > muchCut ? cutHint(lengths, settings) : nothing}
    ${classTable(listed, shown, data)}
    ${left.length > 0 ? html`<details><summary>${countOf(left.length, 'smaller class', 'smaller classes')}</summary>${classTable(left, shown, data)}</details>` : nothing}
  `;
}

type Data = NonNullable<RunState['data']>;

function cutHint({ cutTokenShare, p95 }: Data['lengths'], settings: unknown): Template {
  const isPretrained = settingAt(settings, 'model.type') === 'pretrained';
  const section = isPretrained ? 'model' : 'tokenizer';
  const maxLength = settingAt(settings, `${section}.maxLength`);
  const after = typeof maxLength === 'number' && maxLength > 0 ? ` after ${countOf(maxLength, 'token')}` : '';
  const more =
    isPretrained && maxLength === 0
      ? 'The encoder can read no more: shorter texts, or an encoder for longer ones, would help.'
      : `A "maxLength" of ${count(p95)} in "${section}" reads 95\u202f% of the texts whole${isPretrained ? ', as far as the encoder can' : ''}, and takes longer.`;
  return html`<p class="caution">
    <vscode-icon name="warning"></vscode-icon>
    <span>The model does not read ${percent(cutTokenShare)} of all tokens: texts are cut off${after}. ${more}</span>
  </p>`;
}

function classTable(listed: Data['classes'], shown: readonly Split[], { classes }: Data): Template {
  const largest = Math.max(1, ...classes.map(({ train }) => train));
  return html`<table class="classes">
    <caption class="hidden-caption">Rows of each class</caption>
    <thead>
      <tr><th scope="col">Class</th><td aria-hidden="true"></td>${shown.map((split) => html`<th scope="col" class="number">${split}</th>`)}</tr>
    </thead>
    <tbody>
      ${listed.map(
        (entry) => html`<tr>
        <th scope="row">${label(entry.label)}</th>
        <td class="bar-cell" aria-hidden="true"><div class="bar" ${vars({ '--share': `${(100 * entry.train) / largest}%` })}></div></td>
        ${shown.map((split) => html`<td class="number">${count(entry[split])}</td>`)}
      </tr>`,
      )}
    </tbody>
  </table>`;
}

function modelFacts({ model, header }: RunState): Template {
  if (!model) {
    return html`<p class="empty">${isLive(header) ? 'The model is compiled when the data is read.' : 'No model was made.'}</p>`;
  }
  const frozen = model.parameters.filter(({ trained }) => !trained);
  return html`
    <p>${model.summary}</p>
    <details>
      <summary>${countOf(model.parameterCount, 'parameter')}${frozen.length > 0 ? ', some of them frozen' : ''}</summary>
      <table>
        <caption class="hidden-caption">Parameters</caption>
        <thead><tr><th scope="col">Name</th><th scope="col">Shape</th><th scope="col">Trained</th></tr></thead>
        <tbody>
          ${model.parameters.map(
            ({ name, shape, trained }) => html`<tr>
            <th scope="row">${label(name)}</th><td>${shape.map((size) => count(size)).join(' × ')}</td><td>${trained ? 'yes' : 'frozen'}</td>
          </tr>`,
          )}
        </tbody>
      </table>
    </details>
  `;
}
