import type { EpochEvent } from '../../protocol/events';
import { duration, loss, percent } from '../format/numbers';
import { padStart } from '../format/width';
import { heading, type Style } from './style';

const columns = [
  ['Epoch', 7],
  ['Train loss', 12],
  ['accuracy', 10],
  ['Valid. loss', 13],
  ['accuracy', 10],
  ['macro F1', 10],
  ['Time', 12],
] as const;

export function epochHeader(style: Style): string[] {
  return [heading(style, 'Training'), style.colors.dim(row(columns.map(([name]) => name)))];
}

/** One epoch's line; the best epoch so far is marked. */
export function epochLine(event: EpochEvent, epochs: number | undefined, style: Style): string {
  const { train, validation } = event;
  const cells = [
    epochCell(event.epoch, epochs),
    loss(train.loss),
    percent(train.accuracy),
    loss(validation.loss),
    percent(validation.accuracy),
    percent(validation.macroF1),
    duration(event.seconds),
  ];
  return event.best ? `${row(cells)}  ${style.colors.green('best')}` : row(cells);
}

/** Long trainings' numbers leave no room for how many epochs there are. */
function epochCell(epoch: number, epochs: number | undefined): string {
  const hasRoom = epochs !== undefined && `${epochs}/${epochs}`.length <= columns[0][1];
  return hasRoom ? `${epoch}/${epochs}` : String(epoch);
}

function row(cells: readonly string[]): string {
  return cells.map((cell, i) => padStart(cell, columns[i]![1])).join('');
}
