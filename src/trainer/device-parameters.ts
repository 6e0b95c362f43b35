import {
  type AnyTensor,
  type DeviceExecutable,
  type DeviceExecutor,
  type DeviceTensor,
  floatTensor,
} from '../runtime/executor';
import {
  type DeviceParameterOptions,
  type DeviceParameterSpec,
  type Group,
  openGroups,
  startState,
} from './device-groups';
import { gradientOf } from './device-programs';

export type DeviceTensors = Readonly<Record<string, DeviceTensor>>;

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
    const { groups, programs } = await openGroups(executor, specs, options);
    return new DeviceParameters(executor, specs, groups, programs);
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
    const rest = new Map(Object.entries(gradients));
    for (const { members, sum } of isSum ? this.groups : []) {
      if (!members.every(({ name }) => this.gradients.has(name) && rest.has(name))) continue;
      const feeds = members.flatMap(({ name, place }) => [
        [`${place}_sum`, this.gradients.get(name)!] as const,
        [gradientOf(place), rest.get(name)!] as const,
      ]);
      const { kept } = await sum!.step(Object.fromEntries(feeds));
      for (const { name, place } of members) {
        rest.get(name)!.release();
        rest.delete(name);
        this.gradients.get(name)!.release();
        this.gradients.set(name, kept[`${place}_next`]!);
      }
    }
    for (const [name, gradient] of rest) {
      if (this.gradients.has(name)) throw new Error(`the gradients of the group of '${name}' come apart`);
      this.gradients.set(name, gradient);
    }
  }

  /** The sum of the squares of the step's gradients. */
  async squares(): Promise<number> {
    if (this.told !== undefined) return this.told;
    let total = 0;
    for (const { members, squares } of this.moved()) {
      const feeds = members.map(({ name, place }) => [gradientOf(place), this.gradients.get(name)!]);
      const { results } = await squares!.step(Object.fromEntries(feeds));
      total += Number(results.squares!.data[0]);
    }
    return total;
  }

  /** One step of the optimizer along the gradients times `scale`, for all that has any. */
  async update(learningRate: number, scale: number): Promise<void> {
    for (const group of this.moved()) await this.updateGroup(group, learningRate, scale);
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

  /** The groups that have gradients. */
  private moved(): Group[] {
    return this.groups.filter(({ members }) => members.every(({ name }) => this.gradients.has(name)));
  }

  private async updateGroup(group: Group, learningRate: number, gradientScale: number): Promise<void> {
    const { members, optimizer, rate, update } = group;
    group.state ??= await startState(this.executor, group);
    group.steps++;
    const scalars = { ...optimizer.scalars(group.steps, learningRate * rate), gradientScale };
    const feeds: Record<string, AnyTensor> = { ...group.state };
    for (const [name, value] of Object.entries(scalars)) feeds[name] = floatTensor([], [value]);
    for (const { name, place } of members) {
      feeds[place] = this.current[name]!;
      feeds[gradientOf(place)] = this.gradients.get(name)!;
    }
    const { kept } = await update.step(feeds);
    for (const { name, place } of members) {
      this.gradients.get(name)!.release();
      this.gradients.delete(name);
      this.current[name]!.release();
      this.current[name] = kept[`${place}_next`]!;
    }
    for (const [name, tensor] of Object.entries(group.state)) {
      tensor.release();
      group.state[name] = kept[`${name}_next`]!;
    }
  }
}
