import uPlot from 'uplot';
import type { Column, PlotAxis } from './chart-data';
import { spreadWords } from './spread-words';
import { type Color, faint, themeColor } from './theme';

/**
 * How a curve is drawn: the raw values behind, a line, dashes, steps, a line with a marker at each value, or
 * markers alone: hollow, filled, or large.
 */
export type Look = 'raw' | 'line' | 'dashes' | 'steps' | 'marked' | 'markers' | 'dots' | 'best';

export interface PlotCurve {
  /** Curves with the same id are shown and hidden together, and told as one. */
  id: string;
  label: string;
  /** What the legend says, where that is more. */
  legend?: string;
  color: Color;
  look: Look;
  /** A letter at its end, so that colour is not the only thing that tells curves apart. */
  letter?: string;
  /** Words that stand on it, at its start. */
  note?: string;
  values: Column;
}

export interface PlotData {
  x: number[];
  axis: PlotAxis;
  curves: PlotCurve[];
  /** Lines across the chart with words above them, x rising. */
  flags?: readonly Flag[];
}

export interface Flag {
  x: number;
  text: string;
  look: 'dotted' | 'solid';
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
  /** Whether the crosshair takes the point nearest to it in both directions: x may occur more than once. */
  isScatter: boolean;
  onCursor: (plot: uPlot) => void;
  /** A click on the point under the crosshair, by its index. */
  onPoint?: (index: number) => void;
  onZoom: (isZoomed: boolean) => void;
}

/** Charts of curves with equal shapes differ in their data only. */
export function shapeOf({ curves, axis }: PlotData): string {
  return JSON.stringify([axis, curves.map(({ id, color, look }) => [id, color, look])]);
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
  const { axis: xAxis, curves } = data();
  const plot = new uPlot(
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
        x: !options.isScatter,
        ...(options.isScatter && { dataIdx: (scatter) => nearestPoint(scatter) as number }),
      },
      scales: {
        x: {
          time: false,
          distr: xAxis.isLog ? 3 : 1,
          range: (drawn, min, max) => xRange(drawn, xAxis, min, max),
        },
        y: { distr: options.log ? 3 : 1, range: options.log ? undefined : yRange(options) },
      },
      axes: [
        {
          ...axis,
          size: 24,
          gap: 5,
          space: 50,
          label: xAxis.label,
          labelFont: axisFont,
          labelSize: 16,
          labelGap: 0,
          ...(xAxis.marks && {
            splits: (_plot, _axis, low, high) => data().axis.marks?.(low, high) ?? [],
            filter: (_plot, splits) => splits,
          }),
          ...(xAxis.increments && { incrs: [...xAxis.increments] }),
          values: (_plot, splits) => splits.map((split) => (split == null ? '' : data().axis.mark(split))),
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
        draw: [drawFlags, drawLetters, drawNotes].map((draw) => (drawn) => draw(drawn, data(), axisFont)),
        setCursor: [options.onCursor],
        setScale: [
          (drawn, key) => {
            if (key === 'x') options.onZoom(isZoomed(drawn));
          },
        ],
      },
    },
    plotColumns(data(), options.log),
    target,
  );
  const { onPoint } = options;
  if (onPoint) {
    // uPlot keeps the click that ends a drag to itself.
    plot.over.addEventListener('click', () => {
      const index = pointAt(plot, options.isScatter);
      if (index !== null) onPoint(index);
    });
  }
  return plot;
}

/** The index of the data under the crosshair. */
export function pointAt(plot: uPlot, isScatter: boolean): number | null {
  return (isScatter ? nearestPoint(plot) : plot.cursor.idx) ?? null;
}

/** From further away than this, in pixels, no point is meant. */
const reach = 24;

/** The point nearest to the crosshair, in pixels. */
function nearestPoint(plot: uPlot): number | null {
  const { left = -1, top = -1 } = plot.cursor;
  if (left < 0) return null;
  let nearest: number | null = null;
  let least = reach;
  const [x, ...columns] = plot.data;
  for (const [index, value] of x.entries()) {
    const away = plot.valToPos(value, 'x') - left;
    for (const [column, values] of columns.entries()) {
      const y = values[index];
      if (y == null || !plot.series[column + 1]!.show) continue;
      const distance = Math.hypot(away, plot.valToPos(y, 'y') - top);
      if (distance < least) [nearest, least] = [index, distance];
    }
  }
  return nearest;
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

/** A single point has no extent; it gets one, or there would be no axis. */
function xRange(
  plot: uPlot,
  { isLog, isPadded }: PlotAxis,
  min: number | null,
  max: number | null,
): [number, number] {
  if (min === null || max === null) return [0, 1];
  if (max === min) return isLog ? [min / 2, max * 2] : [min - 0.5, max + 0.5];
  const x = plot.data[0];
  // A part that the person zoomed to stays as it is.
  if (!isPadded || min > x[0]! || max < x.at(-1)!) return [min, max];
  if (!isLog) return [min - 0.04 * (max - min), max + 0.04 * (max - min)];
  const factor = (max / min) ** 0.04;
  return [min / factor, max * factor];
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
    case 'steps':
      return { ...base, width: 2, paths: uPlot.paths.stepped!({ align: 1 }) };
    case 'marked':
      return { ...base, width: 2, points: { ...markers, fill: stroke } };
    case 'markers':
      return { ...base, width: 0, paths: () => null, points: markers };
    case 'dots':
      return { ...base, width: 0, paths: () => null, points: { ...markers, fill: stroke } };
    case 'best':
      return { ...base, width: 0, paths: () => null, points: { ...markers, size: 12, width: 3 } };
  }
}

function drawFlags(plot: uPlot, { flags = [] }: PlotData, font: string): void {
  if (plot.data[0].length === 0) return;
  const { ctx, bbox } = plot;
  const ratio = uPlot.pxRatio;
  const right = bbox.left + bbox.width;
  ctx.save();
  ctx.font = font.replace(/^\d+px/, `${11 * ratio}px`);
  const drawn = flags
    .map((flag) => ({ ...flag, at: plot.valToPos(flag.x, 'x', true) }))
    .filter(({ at }) => at >= bbox.left - 1 && at <= right + 1)
    .map((flag) => ({ ...flag, width: ctx.measureText(flag.text).width }));
  const lefts = spreadWords(drawn, bbox.left, right, 10 * ratio);
  ctx.strokeStyle = ctx.fillStyle = themeColor('--vscode-foreground');
  ctx.lineWidth = ratio;
  ctx.textBaseline = 'bottom';
  ctx.textAlign = 'left';
  for (const [i, { at, text, look }] of drawn.entries()) {
    ctx.setLineDash(look === 'dotted' ? [2 * ratio, 3 * ratio] : []);
    ctx.beginPath();
    ctx.moveTo(at, bbox.top);
    ctx.lineTo(at, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillText(text, lefts[i]!, bbox.top - 3 * ratio);
  }
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

function drawNotes(plot: uPlot, { curves }: PlotData, font: string): void {
  const { ctx, bbox } = plot;
  const ratio = uPlot.pxRatio;
  ctx.save();
  ctx.font = font.replace(/^\d+px/, `${11 * ratio}px`);
  ctx.textAlign = 'left';
  ctx.lineJoin = 'round';
  for (const [index, { note, color, values }] of curves.entries()) {
    const first = values.find((value) => value !== null);
    if (note === undefined || first == null || !plot.series[index + 1]!.show) continue;
    const y = plot.valToPos(first, 'y', true);
    const isBelow = y - bbox.top < 16 * ratio;
    ctx.textBaseline = isBelow ? 'top' : 'bottom';
    const top = y + (isBelow ? 3 : -3) * ratio;
    // Curves that run through it must not make it unreadable.
    ctx.strokeStyle = themeColor('--vscode-editor-background');
    ctx.lineWidth = 3 * ratio;
    ctx.strokeText(note, bbox.left + 4 * ratio, top);
    ctx.fillStyle = themeColor(color);
    ctx.fillText(note, bbox.left + 4 * ratio, top);
  }
  ctx.restore();
}
