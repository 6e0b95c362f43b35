import type { Program } from '../graph/program';
import { createOptimizer, type OptimizerOptions } from '../nn/optimizers';
import type { Optimizer } from '../nn/optimizers/optimizer';
import type { ParameterSpec } from '../nn/scope';
import {
  type DeviceExecutable,
  type DeviceExecutor,
  type DeviceTensor,
  floatTensor,
} from '../runtime/executor';
import { joinedUpdateProgram, squaresProgram, sumProgram } from './device-update-programs';
import { type ClipOptions, updateProgram } from './programs';

export interface DeviceParameterSpec extends ParameterSpec {
  /** Others stay as they are, and have neither gradient nor optimizer state. */
  readonly trained: boolean;
  /** What the learning rate is multiplied by for this one. */
  readonly rate: number;
  /** Whether weight decay counts for it. */
  readonly decays: boolean;
  /** Parameters of one group whose gradients come together are updated together, those of one dimension as one row. */
  readonly group: string;
}

export interface DeviceParameterOptions extends ClipOptions {
  readonly optimizer: OptimizerOptions;
  /** Whether several gradients of one parameter can make one step. */
  readonly sums: boolean;
}

/** The programs of a group, which serve every group of the same shapes: they know parameters by their place. */
interface GroupPrograms {
  readonly update: DeviceExecutable;
  /** The optimizer's state, as the update names it: shape, and what it is filled with at the start. */
  readonly stateShapes: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly start: number }>
  >;
  /** Where two gradients may have to be summed. */
  readonly sum?: DeviceExecutable;
  readonly squares?: DeviceExecutable;
}

/** Parameters that are updated by one program. */
export interface Group extends GroupPrograms {
  readonly members: readonly { readonly name: string; readonly place: string }[];
  readonly rate: number;
  readonly optimizer: Optimizer;
  /** There from the group's first step on. */
  state: Record<string, DeviceTensor> | undefined;
  /** Steps that it took part in. */
  steps: number;
}

/** What the trained ones of these parameters are updated by. */
export async function openGroups(
  executor: DeviceExecutor,
  specs: readonly DeviceParameterSpec[],
  options: DeviceParameterOptions,
): Promise<{ groups: Group[]; programs: DeviceExecutable[] }> {
  const programs: DeviceExecutable[] = [];
  const compile = async (program: Program) => {
    const kept = Object.keys(program.outputs).filter((name) => name !== 'squares');
    const compiled = await executor.compileKept(program, { kept });
    programs.push(compiled);
    return compiled;
  };
  const known = new Map<string, GroupPrograms>();
  const groups: Group[] = [];
  try {
    for (const members of grouped(specs.filter(({ trained }) => trained))) {
      const { decays, rate } = members[0]!;
      const optimizer = createOptimizer(
        decays ? options.optimizer : { ...options.optimizer, weightDecay: 0 },
      );
      const places = members.map(({ name, shape }, i) => ({ name, place: `p${i}`, shape }));
      const sized = places.map(({ place, shape }) => ({ name: place, shape }));
      const key = JSON.stringify([decays, sized]);
      let own = known.get(key);
      if (!own) {
        const programOf = members[0]!.shape.length === 1 ? joinedUpdateProgram : updateProgram;
        const program = programOf(sized, optimizer, { ...options, scaled: true });
        own = {
          update: await compile(program),
          stateShapes: stateShapesIn(program, optimizer),
          ...(options.sums
            ? { sum: await compile(sumProgram(sized)), squares: await compile(squaresProgram(sized)) }
            : {}),
        };
        known.set(key, own);
      }
      groups.push({ ...own, members: places, rate, optimizer, state: undefined, steps: 0 });
    }
    return { groups, programs };
  } catch (error) {
    await Promise.all(programs.map((program) => program.release()));
    throw error;
  }
}

/** The optimizer's state of a group before its first step. */
export async function startState(
  executor: DeviceExecutor,
  { stateShapes }: Group,
): Promise<Record<string, DeviceTensor>> {
  const state: Record<string, DeviceTensor> = {};
  for (const [name, { shape, start }] of Object.entries(stateShapes)) {
    const tensor = floatTensor(shape);
    tensor.data.fill(start);
    state[name] = await executor.upload(tensor);
  }
  return state;
}

function stateShapesIn({ inputs }: Program, { state }: Optimizer): GroupPrograms['stateShapes'] {
  return Object.fromEntries(
    inputs.flatMap(({ name, shape }) => {
      const start = state[name!.split('.')[1] ?? ''];
      return start === undefined ? [] : [[name!, { shape: shape as readonly number[], start }]];
    }),
  );
}

function grouped(specs: readonly DeviceParameterSpec[]): DeviceParameterSpec[][] {
  const groups = new Map<string, DeviceParameterSpec[]>();
  for (const spec of specs) {
    const key = JSON.stringify([spec.group, spec.rate, spec.decays, spec.shape.length === 1]);
    groups.set(key, [...(groups.get(key) ?? []), spec]);
  }
  return [...groups.values()];
}
