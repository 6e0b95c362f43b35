import { add, concat, input, trim } from '../graph/build';
import type { Program } from '../graph/program';
import { substitute } from '../graph/substitute';
import type { Optimizer } from '../nn/optimizers/optimizer';
import type { ParameterSpec } from '../nn/scope';
import { sizeOf } from '../runtime/executor';
import { gradientOf, squaresOf } from './device-programs';
import { updateProgram } from './programs';

type Sized = readonly Pick<ParameterSpec, 'name' | 'shape'>[];

/**
 * Adds the gradients of one more batch, or of one more use of the same parameters, to those before: `<name>_sum` and
 * `<name>_grad` to `<name>_next`.
 */
export function sumProgram(parameters: Sized): Program {
  const terms = parameters.map(({ name, shape }) => ({
    name,
    values: [input(`${name}_sum`, shape), input(gradientOf(name), shape)] as const,
  }));
  return {
    name: 'sum',
    inputs: terms.flatMap(({ values }) => values),
    outputs: Object.fromEntries(terms.map(({ name, values }) => [`${name}_next`, add(...values)])),
  };
}

/** The sum of the squares of gradients, `<name>_grad`, that were summed. */
export function squaresProgram(parameters: Sized): Program {
  const inputs = parameters.map(({ name, shape }) => input(gradientOf(name), shape));
  return { name: 'squares', inputs, outputs: { squares: squaresOf(inputs) } };
}

/** What is updated as one tensor is called in its program. */
const JOINED = 'joined';

/**
 * One step of the optimizer for parameters of one dimension (see updateProgram), joined to a single row meanwhile: a
 * device takes longer to begin ten short operations than for one of all their numbers. The state stays one row.
 */
export function joinedUpdateProgram(
  parameters: Sized,
  optimizer: Optimizer,
  options: Parameters<typeof updateProgram>[2],
): Program {
  const sizes = parameters.map(({ shape }) => sizeOf(shape));
  const total = sizes.reduce((all, size) => all + size, 0);
  const whole = updateProgram([{ name: JOINED, shape: [total] }], optimizer, options);
  const inputs = parameters.map(({ name, shape }) => ({
    own: input(name, shape),
    gradient: input(gradientOf(name), shape),
  }));
  const joined = new Map(
    (
      [
        [JOINED, inputs.map(({ own }) => own)],
        [gradientOf(JOINED), inputs.map(({ gradient }) => gradient)],
      ] as const
    ).map(([name, parts]) => [whole.inputs.find((value) => value.name === name)!, concat(parts, 0)]),
  );
  const newOf = substitute(Object.values(whole.outputs), joined);
  const { [`${JOINED}_next`]: next, ...state } = whole.outputs;
  let start = 0;
  const parts = parameters.map(({ name }, i) => {
    const end = start + sizes[i]!;
    const part = trim(newOf(next!), 0, start, total - end);
    start = end;
    return [`${name}_next`, part] as const;
  });
  return {
    name: whole.name,
    inputs: [
      ...whole.inputs.filter((value) => !joined.has(value)),
      ...inputs.flatMap(({ own, gradient }) => [own, gradient]),
    ],
    outputs: {
      ...Object.fromEntries(parts),
      ...Object.fromEntries(Object.entries(state).map(([name, value]) => [name, newOf(value)])),
    },
  };
}
