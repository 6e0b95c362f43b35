import type { Program } from '../graph/program';
import { createOptimizer, type OptimizerOptions } from '../nn/optimizers';
import type { Optimizer } from '../nn/optimizers/optimizer';
import type { ParameterSpec } from '../nn/scope';
import {
  type AnyTensor,
  type DeviceExecutable,
  type DeviceExecutor,
  type DeviceTensor,
  floatTensor,
} from '../runtime/executor';
import { gradientOf, squaresProgram, sumProgram } from './device-programs';
import { type ClipOptions, updateProgram } from './programs';

export type DeviceTensors = Readonly<Record<string, DeviceTensor>>;

export interface DeviceParameterSpec extends ParameterSpec {
  /** Others stay as they are, and have neither gradient nor optimizer state. */
  readonly trained: boolean;
  /** What the learning rate is multiplied by for this one. */
  readonly rate: number;
  /** Whether weight decay counts for it. */
  readonly decays: boolean;
  /** Parameters of one group are updated by one program. */
  readonly group: string;
}

/** A group's program, which serves every group of the same shapes: it knows parameters by their place. */
interface GroupPrograms {
  readonly update: DeviceExecutable;
  /** Where two gradients may have to be summed. */
  readonly sum?: DeviceExecutable;
  readonly squares?: DeviceExecutable;
}

interface Group extends GroupPrograms {
  readonly specs: readonly DeviceParameterSpec[];
  readonly rate: number;
  readonly optimizer: Optimizer;
  /** By `<parameter>.<state>`; there from the group's first step on. */
  state: Record<string, DeviceTensor> | undefined;
  /** Steps that it took part in. */
  steps: number;
}

export interface DeviceParameterOptions extends ClipOptions {
  readonly optimizer: OptimizerOptions;
  /** Whether several gradients of one parameter can make one step. */
  readonly sums: boolean;
}

/**
 * Parameters, the optimizer's state and a step's gradients, which all stay on the device. A step is taken group by group, so
 * that beside them no more is there than what one group's step makes; what it replaces is released at once.
 */
export class DeviceParameters {
  private readonly current: Record<string, DeviceTensor> = {};
  /** The step's so far, by parameter. */
  private readonly gradients = new Map<string, DeviceTensor>();
  /** The sum of their squares; undefined once gradients of the same parameters were summed. */
  private told: number | undefined = 0;

  private constructor(
    private readonly executor: DeviceExecutor,
    readonly specs: readonly DeviceParameterSpec[],
    private readonly groups: readonly Group[],
    private readonly programs: readonly DeviceExecutable[],
  ) {}

  static async open(
    executor: DeviceExecutor,
    specs: readonly DeviceParameterSpec[],
    options: DeviceParameterOptions,
  ): Promise<DeviceParameters> {
    const programs: DeviceExecutable[] = [];
    const known = new Map<string, GroupPrograms>();
    const compile = async (program: Program) => {
      const kept = Object.keys(program.outputs).filter((name) => name !== 'squares');
      const compiled = await executor.compileKept(program, { kept });
      programs.push(compiled);
      return compiled;
    };
    const groups: Group[] = [];
    try {
      for (const members of grouped(specs.filter(({ trained }) => trained))) {
        const { decays, rate } = members[0]!;
        const optimizer = createOptimizer(
          decays ? options.optimizer : { ...options.optimizer, weightDecay: 0 },
        );
        const places = members.map(({ shape }, i) => ({ name: placeOf(i), shape }));
        const key = JSON.stringify([decays, places]);
        const own = known.get(key) ?? {
          update: await compile(updateProgram(places, optimizer, { ...options, scaled: true })),
          ...(options.sums
            ? { sum: await compile(sumProgram(places)), squares: await compile(squaresProgram(places)) }
            : {}),
        };
        known.set(key, own);
        groups.push({ ...own, specs: members, rate, optimizer, state: undefined, steps: 0 });
      }
      return new DeviceParameters(executor, specs, groups, programs);
    } catch (error) {
      await Promise.all(programs.map((program) => program.release()));
      throw error;
    }
  }

  /** The current values by name: valid until the next step. */
  get values(): DeviceTensors {
    return this.current;
  }

  /** Replaces a parameter. */
  async set(name: string, data: Float32Array): Promise<void> {
    const { shape } = this.specs.find((spec) => spec.name === name)!;
    // The old one first: there may be no room for both.
    this.current[name]?.release();
    delete this.current[name];
    this.current[name] = await this.executor.upload({ dtype: 'float32', shape, data });
  }

  /**
   * Takes a batch's gradients over, or some of them, and adds them to those of the same parameters that the step has
   * so far.
   *
   * @param squares the sum of their squares
   */
  async accumulate(gradients: DeviceTensors, squares: number): Promise<void> {
    const isSum = Object.keys(gradients).some((name) => this.gradients.has(name));
    this.told = isSum || this.told === undefined ? undefined : this.told + squares;
    for (const { specs, sum } of isSum ? this.groups : []) {
      const places = specs.map(({ name }, i) => ({ name, place: placeOf(i) }));
      if (!places.every(({ name }) => this.gradients.has(name) && gradients[name])) continue;
      const feeds = places.flatMap(({ name, place }) => [
        [`${place}_sum`, this.gradients.get(name)!] as const,
        [gradientOf(place), gradients[name]!] as const,
      ]);
      const { kept } = await sum!.step(Object.fromEntries(feeds));
      for (const { name, place } of places) {
        gradients[name]!.release();
        this.gradients.get(name)!.release();
        this.gradients.set(name, kept[`${place}_next`]!);
      }
    }
    for (const [name, gradient] of Object.entries(gradients)) {
      if (!this.gradients.has(name)) this.gradients.set(name, gradient);
    }
  }

  /** The sum of the squares of the step's gradients. */
  async squares(): Promise<number> {
    if (this.told !== undefined) return this.told;
    let total = 0;
    for (const { specs, squares } of this.groups) {
      if (!specs.every(({ name }) => this.gradients.has(name))) continue;
      const feeds = specs.map(({ name }, i) => [gradientOf(placeOf(i)), this.gradients.get(name)!]);
      const { results } = await squares!.step(Object.fromEntries(feeds));
      total += Number(results.squares!.data[0]);
    }
    return total;
  }

  /** One step of the optimizer along the gradients times `scale`, for all groups that have any. */
  async update(learningRate: number, scale: number): Promise<void> {
    for (const group of this.groups) {
      if (group.specs.every(({ name }) => this.gradients.has(name)))
        await this.updateGroup(group, learningRate, scale);
    }
    this.told = 0;
  }

  /** Forgets the step's gradients. */
  drop(): void {
    for (const gradient of this.gradients.values()) gradient.release();
    this.gradients.clear();
    this.told = 0;
  }

  async release(): Promise<void> {
    this.drop();
    for (const { state } of this.groups) for (const tensor of Object.values(state ?? {})) tensor.release();
    for (const tensor of Object.values(this.current)) tensor.release();
    await Promise.all(this.programs.map((program) => program.release()));
  }

  private async updateGroup(group: Group, learningRate: number, gradientScale: number): Promise<void> {
    const { specs, optimizer, rate, update } = group;
    const state = group.state ?? (await this.startState(group));
    group.state = state;
    group.steps++;
    const scalars = { ...optimizer.scalars(group.steps, learningRate * rate), gradientScale };
    const feeds: Record<string, AnyTensor> = Object.fromEntries(
      Object.entries(scalars).map(([name, value]) => [name, floatTensor([], [value])]),
    );
    const kinds = Object.keys(optimizer.state);
    specs.forEach(({ name }, i) => {
      feeds[placeOf(i)] = this.current[name]!;
      feeds[gradientOf(placeOf(i))] = this.gradients.get(name)!;
      for (const kind of kinds) feeds[`${placeOf(i)}.${kind}`] = state[`${name}.${kind}`]!;
    });
    const { kept } = await update.step(feeds);
    specs.forEach(({ name }, i) => {
      this.gradients.get(name)!.release();
      this.gradients.delete(name);
      this.current[name]!.release();
      this.current[name] = kept[`${placeOf(i)}_next`]!;
      for (const kind of kinds) {
        state[`${name}.${kind}`]!.release();
        state[`${name}.${kind}`] = kept[`${placeOf(i)}.${kind}_next`]!;
      }
    });
  }

  private async startState({ specs, optimizer }: Group): Promise<Record<string, DeviceTensor>> {
    const state: Record<string, DeviceTensor> = {};
    for (const { name, shape } of specs) {
      for (const [kind, start] of Object.entries(optimizer.state)) {
        const tensor = floatTensor(shape);
        tensor.data.fill(start);
        state[`${name}.${kind}`] = await this.executor.upload(tensor);
      }
    }
    return state;
  }
}

const placeOf = (index: number) => `p${index}`;

function grouped(specs: readonly DeviceParameterSpec[]): DeviceParameterSpec[][] {
  const groups = new Map<string, DeviceParameterSpec[]>();
  for (const spec of specs) {
    const key = JSON.stringify([spec.group, spec.rate, spec.decays]);
    groups.set(key, [...(groups.get(key) ?? []), spec]);
  }
  return [...groups.values()];
}
