import { count } from '../../protocol/count';
import type { BatchEvent } from '../../protocol/events';
import { duration, loss, percent } from '../format/numbers';
import { displayWidth, padStart, truncate } from '../format/width';
import type { Style } from './style';

const shortestBar = 6;
const longestBar = 30;

const leastImportant = 5;

interface Part {
  text: string;
  /** Where there is no room, the part with the highest number leaves first; 0 stays. */
  rank: number;
}

/** The line that is rewritten while an epoch runs; never as wide as the terminal, so that it can't wrap. */
export function progressBar(event: BatchEvent, style: Style): string {
  const batches = count(event.batches);
  let before: Part[] = [
    { text: `Training epoch ${event.epoch}/${event.epochs}`, rank: 0 },
    { text: `batch ${padStart(count(event.batch), batches.length)}/${batches}`, rank: 4 },
  ];
  let after = numbers(event);
  const room = style.width - 1;
  const spare = () => room - lineWidth([...before, ...after]) - 2;
  for (let rank = leastImportant; rank > 0 && spare() < shortestBar; rank--) {
    before = before.filter((part) => part.rank !== rank);
    after = after.filter((part) => part.rank !== rank);
  }
  const left = before.map(({ text }) => text).join('  ');
  const length = Math.min(longestBar, spare());
  if (length < shortestBar) return truncate(left, room);
  const share = event.batch / event.batches;
  return [left, bar(share, length, style), ...after.map(({ text }) => text)].join('  ');
}

/** The same for output that is no terminal: a plain line. */
export function progressText(event: BatchEvent): string {
  const start = `  epoch ${event.epoch}/${event.epochs}  batch ${count(event.batch)}/${count(event.batches)}`;
  return [start, ...numbers(event).map(({ text }) => text)].join('  ');
}

function numbers(event: BatchEvent): Part[] {
  return [
    { text: `loss ${loss(event.loss)}`, rank: 1 },
    { text: `accuracy ${padStart(percent(event.accuracy), 5)}`, rank: 5 },
    { text: `${padStart(count(event.samplesPerSecond), 5)}/s`, rank: 3 },
    { text: `ETA ${duration(event.etaSeconds)}`, rank: 2 },
  ];
}

function bar(share: number, length: number, { colors }: Style): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * length);
  return colors.cyan('█'.repeat(filled)) + colors.dim('░'.repeat(length - filled));
}

function lineWidth(parts: readonly Part[]): number {
  return parts.reduce((width, { text }) => width + displayWidth(text) + 2, -2);
}
