import { add, concat, gatherRows, input, mul, scatterAddRows, sum, trim, window } from '../graph/build';
import type { Value } from '../graph/ops';
import type { Program } from '../graph/program';
import { substitute } from '../graph/substitute';
import type { DropoutMask, ParameterSpec } from '../nn/scope';
import { EMBEDDING } from './programs';

/** A program as the processor runs it, with what it is fed: see gradientProgram and its kin. */
export interface HostProgram {
  readonly program: Program;
  /** Where the gradients are wanted: all parameters but the table of word vectors. */
  readonly parameters?: readonly Pick<ParameterSpec, 'name'>[];
  readonly dropoutMasks?: readonly DropoutMask[];
}

export interface DeviceProgram {
  readonly program: Program;
  readonly dropoutMasks: readonly DropoutMask[];
  /** The results that stay on the device: all but the few numbers that training looks at. */
  readonly kept: readonly string[];
}

/** Of the table of word vectors; row 0 is padding. */
export interface TableShape {
  readonly rows: number;
  readonly width: number;
}

/** What comes back to the host. */
const told = new Set(['loss', 'logits', 'squares', 'states']);

/** What the row is called that the masks of this rate are windows of. */
export const dropoutRow = (rate: number) => `dropout_${rate}`;
export const gradientOf = (name: string) => `${name}_grad`;

/**
 * A program in the form for a device that all weights stay on. The table of word vectors is a parameter, and
 * `ids [time, batch]` (int64) name its rows; padding has no gradient. Dropout masks are windows of rows of random
 * numbers: `dropout_<rate> [n]`, with each mask's `<mask>_start` and `<mask>_end [1]`. Where parameters have
 * gradients there is `squares []`, the sum of the squares of them all, those of the table among them.
 */
export function deviceProgram(
  { program, parameters = [], dropoutMasks = [] }: HostProgram,
  table: TableShape,
): DeviceProgram {
  const inputOf = (wanted: string) => program.inputs.find(({ name }) => name === wanted);
  const added: Value[] = [];
  const adding = (...given: Parameters<typeof input>) => {
    const value = input(...given);
    added.push(value);
    return value;
  };
  const replaced = new Map<Value, Value>();
  const embedded = inputOf('embedded');
  const ids = embedded && adding('ids', ['time', 'batch'], 'int64');
  if (embedded && ids) replaced.set(embedded, gatherRows(adding(EMBEDDING, [table.rows, table.width]), ids));
  const rows = new Map<number, Value>();
  for (const { name, rate, shape } of dropoutMasks) {
    const row = rows.get(rate) ?? adding(dropoutRow(rate), [`room${rows.size}`]);
    rows.set(rate, row);
    const [start, end] = [adding(`${name}_start`, [1], 'int64'), adding(`${name}_end`, [1], 'int64')];
    replaced.set(inputOf(name)!, window(row, start, end, shape));
  }

  const newOf = substitute(Object.values(program.outputs), replaced);
  const { embedded_grad: ofWords, ...outputs } = Object.fromEntries(
    Object.entries(program.outputs).map(([name, value]) => [name, newOf(value)]),
  );
  if (ofWords && ids) {
    const mask = inputOf('mask') ?? adding('mask', ['time', 'batch', 1]);
    outputs[gradientOf(EMBEDDING)] = scatterAddRows(mul(ofWords, mask), ids, table.rows);
  }
  const gradients = [...parameters, { name: EMBEDDING }].flatMap(
    ({ name }) => outputs[gradientOf(name)] ?? [],
  );
  if (gradients.length > 0) outputs.squares = squaresOf(gradients);
  return {
    program: {
      name: program.name,
      inputs: [...program.inputs.filter((value) => !replaced.has(value)), ...added],
      outputs,
    },
    dropoutMasks,
    kept: Object.keys(outputs).filter((name) => !told.has(name)),
  };
}

/** A row of `length` numbers moved on by as many as `fresh` has, which begin it; the last ones fall out. */
export function renewalProgram(length: number, fresh: number): Program {
  const [row, start] = [input('row', [length]), input('fresh', [fresh])];
  return {
    name: 'renewal',
    inputs: [row, start],
    outputs: { next: concat([start, trim(row, 0, 0, fresh)], 0) },
  };
}

/** The sum of the squares of all. Row by row at first: a device sums many rows at a time, but a single one slowly. */
export function squaresOf(values: readonly Value[]): Value {
  return values
    .map((value) => sum(mul(value, value), [-1]))
    .map((ofRows) =>
      sum(
        ofRows,
        ofRows.shape.map((_, axis) => axis),
      ),
    )
    .reduce(add);
}
