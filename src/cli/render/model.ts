import { count, countOf } from '../../protocol/count';
import { deviceNotes } from '../../protocol/device-words';
import type { ModelEvent } from '../../protocol/events';
import { harmless } from '../format/harmless';
import { indent } from '../format/table';
import { heading, type Style } from './style';

/** What the model is, how many numbers it has, and what computes it and why. */
export function modelLines(event: ModelEvent, style: Style): string[] {
  const frozen = event.parameters
    .filter(({ trained }) => !trained)
    .reduce((sum, { shape }) => sum + shape.reduce((product, dim) => product * dim, 1), 0);
  return [
    heading(style, 'Model'),
    ...indent([
      harmless(event.summary),
      `${countOf(event.parameterCount, 'parameter')}${frozen > 0 ? `, ${count(frozen)} of them frozen` : ''}`,
      `${harmless(event.device)}, ${countOf(event.threads, 'thread')}`,
      ...deviceNotes(event.reason, event.fallbacks).map((note) => style.colors.dim(harmless(note))),
    ]),
  ];
}
