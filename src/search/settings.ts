import type { Random } from '../data/random';
import type { Settings } from '../experiment/options';
import { type Axis, settingsAt, settingsCount, valueCount, valueOfAxis } from '../experiment/search-axes';

/** Every combination of the axes' values; the last axis moves fastest. */
export function* gridSettings(axes: readonly Axis[]): Generator<Settings> {
  const count = settingsCount(axes);
  for (let place = 0; place < count; place++) yield settingsAt(axes, place);
}

/** After so many draws in a row that were there before, those that are missing are looked for one by one. */
const patience = 100;

/** Settings drawn at random, none twice, until there are no more. */
export function* randomSettings(axes: readonly Axis[], random: Random): Generator<Settings> {
  const count = settingsCount(axes);
  const seen = new Set<string>();
  let repeats = 0;
  while (seen.size < count && repeats < patience) {
    const settings = Object.fromEntries(axes.map((axis) => [axis.option, draw(axis, random)]));
    const key = JSON.stringify(settings);
    repeats = seen.has(key) ? repeats + 1 : 0;
    if (repeats > 0) continue;
    seen.add(key);
    yield settings;
  }
  if (!Number.isFinite(count)) return;
  for (const settings of gridSettings(axes)) if (!seen.has(JSON.stringify(settings))) yield settings;
}

function draw(axis: Axis, random: Random): unknown {
  const isDiscrete = axis.scale === 'choice' || axis.step !== undefined;
  if (isDiscrete) return valueOfAxis(axis, random.integer(valueCount(axis)));
  const { from, to, scale, isWhole } = axis;
  // Each whole number gets its own stretch of the scale, those at the ends too.
  const [low, high] = isWhole ? [from - 0.5, to + 0.5] : [from, to];
  const value = scale === 'log' ? low * (high / low) ** random.next() : low + random.next() * (high - low);
  const rounded = isWhole ? Math.round(value) : Number(value.toPrecision(4));
  return Math.min(to, Math.max(from, rounded));
}
