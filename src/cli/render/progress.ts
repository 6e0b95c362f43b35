import type { BatchEvent } from '../../protocol/events';
import { count, duration, loss, percent } from '../format/numbers';
import { displayWidth, padEnd, padStart, truncate } from '../format/width';
import type { Style } from './style';

const shortestBar = 8;
const longestBar = 30;

interface Part {
  text: string;
  /** What leaves first where there is no room: the highest number. */
  rank: number;
}

/** The line that is rewritten while an epoch runs; never as wide as the terminal, so that it can't wrap. */
export function progressBar(event: BatchEvent, style: Style): string {
  const before: Part[] = [
    { text: '  Training', rank: 4 },
    { text: `epoch ${event.epoch}/${event.epochs}`, rank: 0 },
    {
      text: `batch ${padStart(count(event.batch), count(event.batches).length)}/${count(event.batches)}`,
      rank: 2,
    },
  ];
  const after = numbers(event);
  const room = style.width - 1;
  const fixed = () => lineWidth([...before, ...after]) + 2;
  while (fixed() + shortestBar > room && before.length + after.length > 1) {
    const parts = [...before, ...after];
    const last = parts.reduce((worst, part) => (part.rank > worst.rank ? part : worst));
    const list = before.includes(last) ? before : after;
    list.splice(list.indexOf(last), 1);
  }
  const left = before.map(({ text }) => text).join('  ');
  const right = after.map(({ text }) => text).join('  ');
  const length = Math.min(longestBar, room - fixed());
  if (length < shortestBar) return truncate(left || right, room);
  return [left, bar(event.batch / event.batches, length, style), right].filter(Boolean).join('  ');
}

/** The same for output that is no terminal: a plain line. */
export function progressText(event: BatchEvent): string {
  const start = `  epoch ${event.epoch}/${event.epochs}  batch ${count(event.batch)}/${count(event.batches)}`;
  return [start, ...numbers(event).map(({ text }) => text)].join('  ');
}

function numbers(event: BatchEvent): Part[] {
  return [
    { text: `loss ${loss(event.loss)}`, rank: 1 },
    { text: `accuracy ${padStart(percent(event.accuracy), 6)}`, rank: 3 },
    { text: `${padStart(count(event.samplesPerSecond), 5)} texts/s`, rank: 5 },
    { text: `ETA ${padEnd(duration(event.etaSeconds), 6)}`, rank: 1.5 },
  ];
}

function bar(share: number, length: number, { colors }: Style): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * length);
  return colors.cyan('█'.repeat(filled)) + colors.dim('░'.repeat(length - filled));
}

function lineWidth(parts: readonly Part[]): number {
  return parts.reduce((width, { text }) => width + displayWidth(text) + 2, -2);
}
