import { html, svg } from 'lit';
import { classMap } from 'lit/directives/class-map.js';
import type { GroupState } from '../../src/protocol/dashboard';
import { type TrialAxis, trialAxes } from '../axes';
import { countOf } from '../format';
import { monitorTitle } from '../metrics';
import type { Page } from '../page';
import { bestTrial, isBetter, type Trial } from '../trials';
import { iconButton } from './icon-button';
import { nothing, Part, type Template, vars } from './part';
import { trialDetail } from './trials';

/** The part of an axis that the person marked, between 0 (the bottom) and 1. */
interface Brush {
  low: number;
  high: number;
}

interface DrawnTrial {
  trial: Trial;
  /** Where it crosses each axis, in pixels from the top. */
  heights: number[];
  isFiltered: boolean;
}

const height = 300;
const top = 34;
const bottom = 14;
/** Below the axes, for trials that have no value there. */
const noValue = 20;
const noValueY = height - 8;
const side = 56;
/** Axes that would stand nearer to each other than this are scrolled to. */
const nearestAxes = 84;
/** How near the pointer has to be to an axis to mark a part of it, and to a line to mean it. */
const axisReach = 12;
const lineReach = 14;
/** More lines than this are drawn fainter. */
const crowd = 60;
const tableId = 'parallel';

/** One line a trial over an axis an option, with the metric last: which settings lead to good values. */
class Parallel extends Part {
  static override properties = {
    group: { attribute: false },
    page: { attribute: false },
    isTable: { attribute: false },
    width: { state: true },
    brushes: { state: true },
    hovered: { state: true },
    pointer: { state: true },
    chosen: { state: true },
  };
  declare group: GroupState;
  declare page: Page;
  /** Whether it is shown as a table of the same. */
  declare isTable: boolean;
  /** Of the box around it, in pixels. */
  declare width: number;
  /** By the axis's key. */
  declare brushes: ReadonlyMap<string, Brush>;
  declare hovered: string | null;
  declare pointer: { x: number; y: number };
  declare chosen: string | null;
  /** The axis on which a part is being marked, and where that began. */
  #drag: { axis: TrialAxis; start: number; isClick: boolean } | undefined;
  readonly #resize = new ResizeObserver(([entry]) => {
    this.width = Math.floor(entry?.contentRect.width ?? 0);
  });

  constructor() {
    super();
    this.width = 0;
    this.brushes = new Map();
    this.hovered = null;
    this.pointer = { x: 0, y: 0 };
    this.chosen = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resize.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize.disconnect();
  }

  override render(): Template {
    const { group, page, isTable } = this;
    const chosen = group.trials.find(({ id }) => id === this.chosen);
    return html`<section class="chart" aria-labelledby="parallel-heading">
      <div class="chart-head">
        <h3 id="parallel-heading">Settings and ${monitorTitle(group.metric)}</h3>
        ${isTable ? nothing : this.#legend()}
        <div class="tools">
          ${this.brushes.size > 0 && !isTable ? html`<button class="toggle" aria-pressed="true" @click=${() => this.#clear()}>Clear the marks</button>` : nothing}
          ${iconButton(
            isTable ? 'graph-line' : 'table',
            isTable ? 'Show the settings as a chart' : 'Show the settings as a table',
            () => page.toggle('tables', tableId),
          )}
        </div>
      </div>
      ${isTable ? html`<textclf-trials .group=${group} .page=${page}></textclf-trials>` : this.#chart()}
      ${chosen && !isTable ? trialDetail(chosen, group, page) : nothing}
    </section>`;
  }

  #legend(): Template {
    const { trials } = this.group;
    const left = this.#drawn(trialAxes(this.group)).filter(({ isFiltered }) => !isFiltered).length;
    return html`<span class="muted legend-scale">worst<span class="scale-bar" aria-hidden="true"></span>best</span>
      <span class="muted" role="status">${this.brushes.size > 0 ? `${left} of ${countOf(trials.length, 'trial')} marked` : nothing}</span>`;
  }

  #chart(): Template {
    const axes = trialAxes(this.group);
    const drawn = this.#drawn(axes);
    const width = this.#plotWidth(axes.length);
    const room = axes.length > 1 ? this.#axisX(1, axes.length) - this.#axisX(0, axes.length) : width;
    const hovered = drawn.find(({ trial }) => trial.id === this.hovered);
    const best = bestTrial(this.group);
    const last = [best?.id, this.chosen];
    // What matters most is drawn last, above the others.
    const ordered = [...drawn].sort((a, b) => last.indexOf(a.trial.id) - last.indexOf(b.trial.id));
    const shares = this.#shares();
    return html`<div class="parallel-box">
      <div class="scroll">
        <svg
          class=${classMap({ parallel: true, crowded: this.group.trials.length > crowd })}
          width=${width}
          height=${height}
          role="img"
          aria-label=${`${countOf(this.group.trials.length, 'trial')} over ${countOf(axes.length - 1, 'option')}; the same as a table by the button above`}
          @pointermove=${this.#onMove}
          @pointerdown=${this.#onDown}
          @pointerup=${this.#onUp}
          @pointerleave=${() => {
            this.hovered = null;
          }}
        >
          ${ordered.map((item) => this.#line(item, axes.length, shares.get(item.trial.id), item.trial === best))}
          ${axes.map((axis, i) => this.#axis(axis, this.#axisX(i, axes.length), room))}
        </svg>
      </div>
      ${hovered ? this.#tooltip(hovered.trial, axes) : nothing}
    </div>
    <p class="muted hint">Drag along an axis to mark a part of it, click the axis to take the mark away; click a line to choose its trial.</p>`;
  }

  #line(
    { trial, heights, isFiltered }: DrawnTrial,
    axes: number,
    share: number | undefined,
    isBest: boolean,
  ) {
    const path = heights.map((y, i) => `${this.#axisX(i, axes).toFixed(1)},${y.toFixed(1)}`).join(' ');
    const classes = {
      trial: true,
      filtered: isFiltered,
      valueless: share === undefined,
      pruned: trial.status === 'pruned',
      best: isBest,
      hovered: trial.id === this.hovered,
      chosen: trial.id === this.chosen,
    };
    return svg`<polyline class=${classMap(classes)} points=${path} ${vars({ '--share': `${Math.round(100 * (share ?? 0))}%` })}></polyline>`;
  }

  #axis(axis: TrialAxis, x: number, room: number) {
    const brush = this.brushes.get(axis.key);
    const letters = Math.floor((room - 8) / 7);
    const ends = { low: axisY(0), high: axisY(1) };
    return svg`<g class="axis">
      <line x1=${x} x2=${x} y1=${ends.high} y2=${ends.low}></line>
      ${
        brush
          ? svg`<rect class="brush" x=${x - 7} width="14" y=${axisY(brush.high)} height=${Math.max(2, axisY(brush.low) - axisY(brush.high))}></rect>`
          : nothing
      }
      <rect class="grip" x=${x - axisReach} width=${2 * axisReach} y=${ends.high} height=${ends.low - ends.high}></rect>
      ${this.group.trials.some((trial) => axis.position(trial) === null) ? svg`<text x=${x + 5} y=${noValueY + 4}>none</text>` : nothing}
      <text class="axis-name" x=${x} y="14" text-anchor="middle">${shortened(axis.name, letters)}<title>${axis.key.slice(0, 1000)}</title></text>
      ${thinned(axis).map(
        ({ position, text }) =>
          svg`<text x=${x + 5} y=${axisY(position) + 4}>${shortened(text, letters - 1)}<title>${text.slice(0, 1000)}</title></text>`,
      )}
    </g>`;
  }

  #tooltip(trial: Trial, axes: readonly TrialAxis[]): Template {
    const { x, y } = this.pointer;
    const isRight = x > this.width / 2;
    return html`<div
      class=${classMap({ tooltip: true, 'at-pointer': true, 'to-the-left': isRight })}
      ${vars({ '--x': `${x}px`, '--y': `${y}px` })}
    >
      <div class="tooltip-head"><bdi>${trial.label}</bdi></div>
      ${axes.map(
        (axis) =>
          html`<div class="tooltip-line"><bdi>${axis.name}</bdi><b>${shortened(axis.text(trial), 30)}</b></div>`,
      )}
    </div>`;
  }

  #plotWidth(axes: number): number {
    return Math.max(this.width, (axes - 1) * nearestAxes + 2 * side);
  }

  #axisX(index: number, axes: number): number {
    const width = this.#plotWidth(axes) - 2 * side;
    return side + (axes > 1 ? (index * width) / (axes - 1) : width / 2);
  }

  #drawn(axes: readonly TrialAxis[]): DrawnTrial[] {
    return this.group.trials.map((trial) => {
      const positions = axes.map((axis) => axis.position(trial));
      const isFiltered = axes.some(({ key }, i) => {
        const brush = this.brushes.get(key);
        const position = positions[i];
        return brush && (position == null || position < brush.low || position > brush.high);
      });
      const heights = positions.map((position) => (position === null ? noValueY : axisY(position)));
      return { trial, heights, isFiltered };
    });
  }

  /** How many of the other values each trial's is better than, between 0 and 1: outliers do not swallow all colour. */
  #shares(): Map<string, number> {
    const valued = this.group.trials.filter(({ value }) => value !== null);
    const sorted = [...valued].sort((a, b) =>
      a.value === b.value ? 0 : isBetter(this.group, a.value!, b.value!) ? 1 : -1,
    );
    return new Map(sorted.map(({ id }, i) => [id, sorted.length > 1 ? i / (sorted.length - 1) : 1]));
  }

  #at(event: PointerEvent): { x: number; y: number; axis: TrialAxis | undefined } {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    const axes = trialAxes(this.group);
    const axis = axes.find((_axis, i) => Math.abs(this.#axisX(i, axes.length) - x) <= axisReach);
    return { x, y, axis: y > top - 8 && y < height - noValue + 4 ? axis : undefined };
  }

  #onMove = (event: PointerEvent) => {
    const { x, y } = this.#at(event);
    if (this.#drag) {
      const at = positionAt(y);
      const { axis, start } = this.#drag;
      if (Math.abs(at - start) > 0.015) this.#drag.isClick = false;
      if (!this.#drag.isClick) this.#mark(axis.key, { low: Math.min(start, at), high: Math.max(start, at) });
      return;
    }
    const scrolled = (event.currentTarget as Element).parentElement?.scrollLeft ?? 0;
    this.pointer = { x: x - scrolled, y };
    this.hovered = this.#nearest(x, y)?.id ?? null;
  };

  #onDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    const { y, axis } = this.#at(event);
    if (!axis) return;
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    this.#drag = { axis, start: positionAt(y), isClick: true };
    this.hovered = null;
  };

  /** A click on an axis takes its mark away; one on a line chooses the trial. */
  #onUp = (event: PointerEvent) => {
    const drag = this.#drag;
    this.#drag = undefined;
    const { x, y } = this.#at(event);
    if (drag?.isClick) this.#mark(drag.axis.key, null);
    if (drag && !drag.isClick) return;
    const nearest = this.#nearest(x, y);
    if (nearest) this.chosen = nearest.id === this.chosen ? null : nearest.id;
  };

  #mark(key: string, brush: Brush | null): void {
    const brushes = new Map(this.brushes);
    if (brush) brushes.set(key, brush);
    else brushes.delete(key);
    this.brushes = brushes;
  }

  #clear(): void {
    this.brushes = new Map();
  }

  /** The trial whose line passes nearest above or below a point. */
  #nearest(x: number, y: number): Trial | undefined {
    const axes = trialAxes(this.group);
    const last = axes.length - 1;
    const passed = axes.filter((_axis, i) => this.#axisX(i, axes.length) <= x).length;
    const from = Math.max(0, Math.min(last - 1, passed - 1));
    const to = Math.min(last, from + 1);
    const [left, right] = [this.#axisX(from, axes.length), this.#axisX(to, axes.length)];
    const part = right > left ? Math.max(0, Math.min(1, (x - left) / (right - left))) : 0;
    let nearest: Trial | undefined;
    let least = lineReach;
    for (const { trial, heights, isFiltered } of this.#drawn(axes)) {
      if (isFiltered) continue;
      const distance = Math.abs(heights[from]! + part * (heights[to]! - heights[from]!) - y);
      if (distance < least) [nearest, least] = [trial, distance];
    }
    return nearest;
  }
}

function axisY(position: number): number {
  return height - bottom - noValue - position * (height - bottom - noValue - top);
}

function positionAt(y: number): number {
  return Math.max(0, Math.min(1, (height - bottom - noValue - y) / (height - bottom - noValue - top)));
}

/** No more ticks than have room for their words. */
function thinned({ ticks }: TrialAxis): TrialAxis['ticks'] {
  const most = 14;
  const step = Math.ceil(ticks.length / most);
  return ticks.filter((_tick, i) => i % step === 0);
}

function shortened(text: string, letters: number): string {
  return text.length > letters ? `${text.slice(0, letters - 1)}…` : text;
}

export function parallel(group: GroupState, page: Page): Template {
  return html`<textclf-parallel .group=${group} .page=${page} .isTable=${page.choices.tables.includes(tableId)}></textclf-parallel>`;
}

export function defineParallel(): void {
  customElements.define('textclf-parallel', Parallel);
}
