import { html, type PropertyValues } from 'lit';
import { classMap } from 'lit/directives/class-map.js';
import type uPlot from 'uplot';
import { percent } from '../format';
import type { Page } from '../page';
import {
  createPlot,
  type PlotCurve,
  type PlotData,
  plotColumns,
  pointAt,
  resetZoom,
  shapeOf,
  updatePlot,
} from '../plot';
import { onThemeChange } from '../theme';
import { nothing, Part, type Template, vars } from './part';

export interface ChartModel {
  /** Also the key of what the person chose for it. */
  id: string;
  title: string;
  /** What chooses the chart's subject, in place of the title. */
  picker?: Template;
  data: PlotData;
  format: (value: number) => string;
  /** Where y may lie; shares have marks in percent. */
  limits?: { low: number; high: number };
  isShare?: boolean;
  fromZero?: boolean;
  /** Whether a logarithmic scale makes sense. */
  offersLog?: boolean;
  isSmall?: boolean;
  /** Charts with the same key share the crosshair and the zoom; by default, those of training do. */
  syncKey?: string;
  /** For points that are no curve: what is told of one under the crosshair, under a head of its own. */
  tellPoint?: (index: number) => { head: string; lines: readonly [name: string, value: string][] };
  /** What a click on a point does. */
  onPoint?: (index: number) => void;
  /** The same numbers as a table. */
  table: () => Template;
  /** What to say while there is nothing to draw. */
  empty: string;
}

const trainingKey = 'charts';

function numberMark(value: number, step: number): string {
  return value === 0 ? '0' : value.toFixed(decimals(step));
}

function shareMark(value: number, step: number): string {
  return percent(value, Math.max(0, decimals(step) - 2));
}

/** As many as the distance of marks has: 1 for 0.2, 2 for 0.25. */
function decimals(step: number): number {
  for (let digits = 0; digits < 6; digits++) {
    if (Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) < 1e-6) return digits;
  }
  return 6;
}

/** A chart with its legend, and the same as a table. */
class Chart extends Part {
  static override properties = {
    model: { attribute: false },
    page: { attribute: false },
    isZoomed: { state: true },
  };
  declare model: ChartModel;
  declare page: Page;
  declare isZoomed: boolean;
  #plot: uPlot | undefined;
  #plotShape = '';
  #frame: number | undefined;
  #stopWatchingTheme: (() => void) | undefined;
  readonly #resize = new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0);
    if (width > 0 && this.#plot && this.#plot.width !== width) {
      this.#plot.setSize({ width, height: this.#plot.height });
    }
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stopWatchingTheme = onThemeChange(() => this.#rebuild());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stopWatchingTheme?.();
    this.#destroy();
  }

  protected override updated(_changed: PropertyValues): void {
    // Messages may come faster than frames.
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#draw();
    });
  }

  override render(): Template {
    const { model } = this;
    const isEmpty = model.data.x.length === 0;
    const isTable = this.#isTable && !isEmpty;
    const heading = `chart-${model.id}`;
    return html`<section class=${classMap({ chart: true, small: model.isSmall ?? false })} aria-labelledby=${heading}>
      <div class="chart-head">
        <h3 id=${heading} class=${model.picker ? 'hidden-text' : ''}>${model.title}</h3>${model.picker ?? nothing}
        ${isEmpty || isTable ? nothing : this.#legend()}
        <div class="tools">${isEmpty ? nothing : this.#tools(isTable)}</div>
      </div>
      ${
        isEmpty
          ? html`<p class="empty chart-empty">${model.empty}</p>`
          : isTable
            ? html`<div class="scroll chart-table" tabindex="0" role="region" aria-label=${`${model.title} as a table`}>${model.table()}</div>`
            : html`<div class=${classMap({ plot: true, clickable: model.onPoint !== undefined })} role="img" aria-label=${this.#summary()}></div>
                <div class="tooltip" hidden></div>`
      }
    </section>`;
  }

  get #isTable(): boolean {
    return this.page.choices.tables.includes(this.model.id);
  }

  get #isLog(): boolean {
    return (this.model.offersLog ?? false) && this.page.choices.logLoss;
  }

  get #syncKey(): string {
    return this.model.syncKey ?? trainingKey;
  }

  #curveKey(id: string): string {
    return `${this.model.id}/${id}`;
  }

  get #hidden(): Set<string> {
    const ids = this.model.data.curves.map(({ id }) => id);
    return new Set(ids.filter((id) => this.page.choices.hidden.includes(this.#curveKey(id))));
  }

  #legend(): Template {
    const { curves } = this.model.data;
    const groups = curves.filter(({ id }, i) => curves.findIndex((other) => other.id === id) === i);
    if (groups.length < 2) return nothing;
    const hidden = this.#hidden;
    return html`<div class="legend" role="group" aria-label=${`Curves of ${this.model.title}`}>
      ${groups.map(
        ({ id, label, legend, color, look, letter }) => html`<button
          class="legend-entry"
          aria-pressed=${!hidden.has(id)}
          @click=${() => this.page.toggle('hidden', this.#curveKey(id))}
        >
          <span class=${`swatch ${look}`} ${vars({ '--color': `var(${color})` })}></span>${letter ? html`<b>${letter}</b>` : nothing}<bdi>${legend ?? label}</bdi>
        </button>`,
      )}
    </div>`;
  }

  #tools(isTable: boolean): Template {
    const { model, page } = this;
    return html`
      ${
        this.isZoomed && !isTable
          ? html`<vscode-toolbar-button icon="screen-normal" title="Show all (or double-click the chart)" .label=${'Show all'} @click=${() => resetZoom(this.#syncKey)}></vscode-toolbar-button>`
          : nothing
      }
      ${
        model.offersLog && !isTable
          ? html`<button class="toggle" aria-pressed=${this.#isLog} title="Logarithmic scale" @click=${() => page.choose({ logLoss: !page.choices.logLoss })}>log</button>`
          : nothing
      }
      <vscode-toolbar-button
        icon=${isTable ? 'graph-line' : 'table'}
        title=${isTable ? 'Show as a chart' : 'Show as a table'}
        .label=${isTable ? `Show ${model.title} as a chart` : `Show ${model.title} as a table`}
        @click=${() => page.toggle('tables', model.id)}
      ></vscode-toolbar-button>
    `;
  }

  /** For those who do not see the chart: each curve's last value. */
  #summary(): string {
    const { title, format, data } = this.model;
    const last = ({ label, values }: PlotCurve) => {
      const value = values.findLast((item) => item !== null);
      return value == null ? [] : [`${label} ${format(value)}`];
    };
    const shown = data.curves.filter(({ look }) => look !== 'raw').flatMap(last);
    const flags = (data.flags ?? []).map(({ text }) => text);
    return `${title}, latest values: ${[...shown, ...flags].join(', ')}`;
  }

  #draw(): void {
    const target = this.querySelector<HTMLElement>('.plot');
    const { model } = this;
    if (!target) {
      this.#destroy();
      return;
    }
    const shape = `${model.id} ${shapeOf(model.data)} ${this.#isLog}`;
    if (!this.#plot || this.#plotShape !== shape || this.#plot.root.parentElement !== target) {
      this.#destroy();
      this.#plot = createPlot(
        target,
        () => this.model.data,
        {
          log: this.#isLog,
          limits: model.limits ?? { low: 0, high: Number.POSITIVE_INFINITY },
          fromLow: model.fromZero ?? false,
          mark: model.isShare ? shareMark : this.#isLog ? model.format : numberMark,
          height: model.isSmall ? 130 : 240,
          syncKey: this.#syncKey,
          isScatter: model.tellPoint !== undefined,
          ...(model.onPoint && { onPoint: (index: number) => this.model.onPoint?.(index) }),
          onCursor: (plot) => this.#showTooltip(plot),
          onZoom: (isZoomed) => {
            this.isZoomed = isZoomed;
          },
        },
        this.#hidden,
      );
      this.#plotShape = shape;
      this.#resize.observe(target);
      return;
    }
    const hidden = this.#hidden;
    for (const [i, { id }] of model.data.curves.entries()) {
      const show = !hidden.has(id);
      if (this.#plot.series[i + 1]!.show !== show) this.#plot.setSeries(i + 1, { show });
    }
    updatePlot(this.#plot, plotColumns(model.data, this.#isLog));
  }

  #rebuild(): void {
    this.#destroy();
    this.requestUpdate();
  }

  #destroy(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#frame = undefined;
    this.#resize.disconnect();
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  #showTooltip(plot: uPlot): void {
    const tooltip = this.querySelector<HTMLElement>('.tooltip');
    if (!tooltip) return;
    const { left } = plot.cursor;
    const index = pointAt(plot, this.model.tellPoint !== undefined);
    if (left === undefined || left < 0 || index === null) {
      tooltip.hidden = true;
      return;
    }
    tooltip.replaceChildren(...this.#tooltipLines(plot, index));
    tooltip.hidden = false;
    const offset = plot.over.offsetLeft + left;
    const toTheLeft = offset + 14 + tooltip.offsetWidth > plot.width;
    const x = toTheLeft ? Math.max(0, offset - 14 - tooltip.offsetWidth) : offset + 14;
    tooltip.style.transform = `translateX(${Math.round(x)}px)`;
  }

  #tooltipLines(plot: uPlot, at: number): HTMLElement[] {
    const { data, format, tellPoint } = this.model;
    if (tellPoint) {
      const { head, lines } = tellPoint(at);
      return [tooltipHead(head), ...lines.map(([name, value]) => tooltipLine(name, value))];
    }
    const lines = data.curves.flatMap((curve, i) => {
      const index = plot.cursor.idxs?.[i + 1];
      const value = index == null ? null : curve.values[index];
      if (value == null || !plot.series[i + 1]!.show || curve.look === 'markers') return [];
      const swatch = document.createElement('span');
      swatch.className = `swatch ${curve.look}`;
      swatch.style.setProperty('--color', `var(${curve.color})`);
      return [tooltipLine(curve.label, format(value), swatch)];
    });
    return [tooltipHead(data.axis.head(data.x[at]!)), ...lines];
  }
}

function tooltipHead(text: string): HTMLElement {
  const head = document.createElement('div');
  head.className = 'tooltip-head';
  head.textContent = text;
  return head;
}

function tooltipLine(label: string, value: string, ...before: HTMLElement[]): HTMLElement {
  const line = document.createElement('div');
  line.className = 'tooltip-line';
  const name = document.createElement('bdi');
  name.textContent = label;
  const number = document.createElement('b');
  number.textContent = value;
  line.append(...before, name, number);
  return line;
}

export function chart(model: ChartModel, page: Page): Template {
  return html`<textclf-chart .model=${model} .page=${page}></textclf-chart>`;
}

export function defineChart(): void {
  customElements.define('textclf-chart', Chart);
}
