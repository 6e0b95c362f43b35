import uPlot from 'uplot';
import type { Column } from './chart-data';
import { type Color, faint, themeColor } from './theme';

/** How a curve is drawn: the raw values behind, a line, a line with a marker at each value, or markers alone. */
export type Look = 'raw' | 'line' | 'dashes' | 'marked' | 'markers';

export interface PlotCurve {
  /** Curves with the same id are shown and hidden together, and told as one. */
  id: string;
  label: string;
  color: Color;
  look: Look;
  /** A letter at its end, so that colour is not the only thing that tells curves apart. */
  letter?: string;
  values: Column;
}

export interface PlotData {
  x: number[];
  unit: 'epoch' | 'batch';
  curves: PlotCurve[];
  /** Where to draw a flag. */
  flag?: { x: number; text: string };
}

export interface PlotOptions {
  log: boolean;
  /** Where y may lie, whatever the data. */
  limits: { low: number; high: number };
  /** Begins y at its lower limit. */
  fromLow: boolean;
  /** A mark of the y axis, between marks that are `step` apart. */
  mark: (value: number, step: number) => string;
  height: number;
  /** Charts with the same key share the crosshair and the zoom. */
  syncKey: string;
  onCursor: (plot: uPlot) => void;
  onZoom: (isZoomed: boolean) => void;
}

/** Charts of curves with equal shapes differ in their data only. */
export function shapeOf({ curves, unit }: PlotData): string {
  return JSON.stringify([unit, curves.map(({ id, color, look }) => [id, color, look])]);
}

/** The data in uPlot's form; a logarithmic axis has no place for 0. */
export function plotColumns({ x, curves }: PlotData, log: boolean): uPlot.AlignedData {
  const columns = curves.map(({ values }) =>
    log ? values.map((value) => (value !== null && value > 0 ? value : null)) : values,
  );
  return [x, ...columns];
}

/**
 * A uPlot over the given data.
 *
 * @param data asked for whenever something is drawn
 */
export function createPlot(
  target: HTMLElement,
  data: () => PlotData,
  options: PlotOptions,
  hidden: ReadonlySet<string>,
): uPlot {
  const axisFont = `11px ${getComputedStyle(document.body).fontFamily}`;
  const axis = {
    font: axisFont,
    stroke: () => themeColor('--vscode-descriptionForeground'),
    grid: { stroke: () => faint('--vscode-foreground', 0.12), width: 1 },
    ticks: { show: false },
  };
  const { unit, curves } = data();
  return new uPlot(
    {
      width: Math.max(1, target.clientWidth),
      height: options.height,
      // Above the curves is the place of the flag.
      padding: [18, 14, 0, 0],
      legend: { show: false },
      cursor: {
        sync: { key: options.syncKey },
        drag: { x: true, y: false, setScale: true, dist: 5 },
        hover: { skip: [null, undefined] },
        points: { size: 7 },
      },
      scales: {
        x: { time: false, range: (_plot, min, max) => xRange(min, max) },
        y: { distr: options.log ? 3 : 1, range: options.log ? undefined : yRange(options) },
      },
      axes: [
        {
          ...axis,
          size: 24,
          gap: 5,
          space: 50,
          label: unit,
          labelFont: axisFont,
          labelSize: 16,
          labelGap: 0,
          incrs: unit === 'epoch' ? epochIncrements : stepIncrements,
          values: (_plot, splits) => splits.map((split) => String(Number(split.toFixed(2)))),
        },
        {
          ...axis,
          size: 54,
          gap: 6,
          space: 28,
          values: (_plot, splits, _axis, _space, step) =>
            splits.map((split) => (split === null || split === undefined ? '' : options.mark(split, step))),
        },
      ],
      series: [{}, ...curves.map((curve) => seriesOf(curve, !hidden.has(curve.id)))],
      hooks: {
        draw: [(plot) => drawFlag(plot, data(), axisFont), (plot) => drawLetters(plot, data(), axisFont)],
        setCursor: [options.onCursor],
        setScale: [
          (plot, key) => {
            if (key === 'x') options.onZoom(isZoomed(plot));
          },
        ],
      },
    },
    plotColumns(data(), options.log),
    target,
  );
}

/** Shows new data where the person looks: a zoomed chart keeps its part of x. */
export function updatePlot(plot: uPlot, columns: uPlot.AlignedData): void {
  const { min, max } = plot.scales.x!;
  const keep = isZoomed(plot);
  plot.batch(() => {
    plot.setData(columns, !keep);
    if (keep) plot.setScale('x', { min: min!, max: max! });
  });
}

export function resetZoom(syncKey: string): void {
  for (const plot of uPlot.sync(syncKey).plots) {
    const x = plot.data[0];
    if (x.length > 0) plot.setScale('x', { min: x[0]!, max: x.at(-1)! });
  }
}

function isZoomed(plot: uPlot): boolean {
  const x = plot.data[0];
  const { min, max } = plot.scales.x!;
  if (x.length < 2 || min == null || max == null) return false;
  return min > x[0]! || max < x.at(-1)!;
}

const epochIncrements = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000];
const stepIncrements = [0, 1, 2, 3, 4, 5, 6].flatMap((power) =>
  [1, 2, 5].map((digit) => digit * 10 ** power),
);

/** A single point has no extent; it gets one, or there would be no axis. */
function xRange(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) return [0, 1];
  return max > min ? [min, max] : [min - 0.5, max + 0.5];
}

function yRange({ limits: { low, high }, fromLow }: PlotOptions): uPlot.Scale['range'] {
  return (_plot, min, max) => {
    if (min === null || max === null) return [0, 1];
    const room = Math.max((max - min) * 0.08, Math.abs(max) * 0.01, 1e-9);
    return [fromLow ? low : Math.max(low, min - room), Math.min(high, max + room)];
  };
}

function seriesOf({ color, look }: PlotCurve, show: boolean): uPlot.Series {
  const stroke = () => themeColor(color);
  const background = () => themeColor('--vscode-editor-background');
  const base: uPlot.Series = { show, spanGaps: true, stroke, points: { show: false } };
  const markers: uPlot.Series.Points = { show: true, size: 7, width: 1.5, stroke, fill: background };
  switch (look) {
    case 'raw':
      // Its spikes would squeeze everything else, so it has no say in the range.
      return { ...base, auto: false, width: 1, stroke: () => faint(color, 0.35) };
    case 'line':
      return { ...base, width: 2 };
    case 'dashes':
      return { ...base, width: 1.25, dash: [5, 4] };
    case 'marked':
      return { ...base, width: 2, points: { ...markers, fill: stroke } };
    case 'markers':
      return { ...base, width: 0, paths: () => null, points: markers };
  }
}

function drawFlag(plot: uPlot, { flag }: PlotData, font: string): void {
  if (!flag || plot.data[0].length === 0) return;
  const { ctx, bbox } = plot;
  const x = plot.valToPos(flag.x, 'x', true);
  if (x < bbox.left - 1 || x > bbox.left + bbox.width + 1) return;
  const ratio = uPlot.pxRatio;
  ctx.save();
  ctx.font = font.replace(/^\d+px/, `${11 * ratio}px`);
  ctx.strokeStyle = ctx.fillStyle = themeColor('--vscode-foreground');
  ctx.lineWidth = ratio;
  ctx.setLineDash([2 * ratio, 3 * ratio]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.textBaseline = 'bottom';
  const half = ctx.measureText(flag.text).width / 2;
  ctx.textAlign = 'left';
  const left = Math.min(Math.max(x - half, bbox.left), bbox.left + bbox.width - 2 * half);
  ctx.fillText(flag.text, left, bbox.top - 3 * ratio);
  ctx.restore();
}

function drawLetters(plot: uPlot, { curves, x }: PlotData, font: string): void {
  const { ctx, bbox } = plot;
  const ratio = uPlot.pxRatio;
  ctx.save();
  ctx.font = `bold ${font.replace(/^\d+px/, `${11 * ratio}px`)}`;
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  for (const [index, { letter, color, values }] of curves.entries()) {
    if (letter === undefined || !plot.series[index + 1]!.show) continue;
    const last = values.findLastIndex((value) => value !== null);
    if (last < 0) continue;
    const left = plot.valToPos(x[last]!, 'x', true) - 14 * ratio;
    const top = plot.valToPos(values[last]!, 'y', true) - 9 * ratio;
    if (left < bbox.left) continue;
    ctx.fillStyle = themeColor(color);
    ctx.fillText(letter, left, Math.max(bbox.top + 6 * ratio, top));
  }
  ctx.restore();
}
