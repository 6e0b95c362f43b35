import { harmless } from '../format/harmless';
import { percent } from '../format/numbers';
import { table } from '../format/table';
import { displayWidth, truncate } from '../format/width';
import type { Style } from './style';

export interface ClassifiedText {
  text: string;
  label: string;
  probability: number;
}

/** Of several labels in one. */
const longestLabel = 40;

/** One line each: the class, its probability, and as much of the text as the terminal is wide. */
export function predictionLines(texts: readonly ClassifiedText[], { width, colors }: Style): string[] {
  const lines = table(
    texts.map(({ label, probability }) => [truncate(harmless(label), longestLabel), percent(probability)]),
    ['left'],
  );
  return lines.map((line, i) => {
    const room = Math.max(20, width - displayWidth(line) - 5);
    return `${line}  ${colors.dim(truncate(harmless(texts[i]!.text), room))}`;
  });
}
