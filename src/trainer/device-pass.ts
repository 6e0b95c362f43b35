import type { Random } from '../data/random';
import type { DropoutMask } from '../nn/scope';
import {
  type AnyTensor,
  type DeviceExecutor,
  type DeviceResults,
  type DeviceTensor,
  floatTensor,
  type Tensor,
} from '../runtime/executor';
import type { Batch } from './batch';
import type { DeviceDropout } from './device-dropout';
import type { DeviceParameters } from './device-parameters';
import { deviceProgram, type HostProgram, type TableShape } from './device-programs';
import type { StepResult } from './step';

/** What the programs of a step share. */
export interface DeviceParts {
  readonly executor: DeviceExecutor;
  readonly parameters: DeviceParameters;
  readonly dropout: DeviceDropout;
  readonly table: TableShape;
}

export type Feeds = Readonly<Record<string, AnyTensor>>;

/** A program in its device form, compiled. */
export interface OpenedProgram {
  readonly dropoutMasks: readonly DropoutMask[];
  /** Takes the parameters from the store: under their own names, or as `rename` says of the program's. */
  run(feeds: Feeds, rename?: (name: string) => string): Promise<DeviceResults>;
  release(): Promise<void>;
}

export async function openDeviceProgram(
  { executor, parameters, table }: DeviceParts,
  source: HostProgram,
  options: { readonly half: boolean },
): Promise<OpenedProgram> {
  const { program, dropoutMasks, kept } = deviceProgram(source, table);
  const executable = await executor.compileKept(program, { kept, ...options });
  return {
    dropoutMasks,
    run(feeds, rename = (name) => name) {
      const all = program.inputs.map(({ name }) => {
        const tensor = feeds[name!] ?? parameters.values[rename(name!)];
        if (!tensor) throw new Error(`nothing to feed '${name}' of the program '${program.name}' with`);
        return [name!, tensor];
      });
      return executable.step(Object.fromEntries(all));
    },
    release: () => executable.release(),
  };
}

/** What the forward and backward pass over a batch is given. */
export interface DevicePassInput {
  readonly batch: Batch;
  /** What the sum of the texts' losses is divided by. */
  readonly divisor: number;
  readonly random: Random;
  /** The encoder's states, `[batch, hidden]`, where the pass is of what stands above them. */
  readonly states?: Tensor | undefined;
}

/** A forward and backward pass over a batch: leaves its gradients with the parameters. */
export interface DevicePass {
  run(input: DevicePassInput): Promise<StepResult>;
  release(): Promise<void>;
}

/** Loss and gradients by a single program. */
export async function wholeDevicePass(
  parts: DeviceParts,
  source: HostProgram,
  options: { readonly half: boolean },
): Promise<DevicePass> {
  const opened = await openDeviceProgram(parts, source, options);
  return {
    async run({ batch, divisor, random, states }) {
      const { results, kept } = await opened.run({
        ...batchFeeds(batch, divisor),
        ...(states ? { states } : {}),
        ...(await parts.dropout.draw(opened.dropoutMasks, batch, random)),
      });
      await parts.parameters.accumulate(gradientsIn(kept), Number(results.squares!.data[0]));
      return resultIn(results);
    },
    release: () => opened.release(),
  };
}

/** What any program may read of a batch: `ids [time, batch]`, the mask, and what the loss asks for. */
export function batchFeeds({ ids, time, size, mask, targets, weights }: Batch, divisor: number): Feeds {
  const data = new BigInt64Array(ids.length);
  // No number is below zero, so that the lower half is all of it; one BigInt each would take a hundred times as long.
  const halves = new Int32Array(data.buffer);
  for (let i = 0; i < ids.length; i++) halves[2 * i] = ids[i]!;
  return {
    ids: { dtype: 'int64', shape: [time, size], data },
    ...{ mask, targets, weights, divisor: floatTensor([], [divisor]) },
  };
}

/** The gradients among what a program kept, by parameter. */
export function gradientsIn(kept: Readonly<Record<string, DeviceTensor>>): Record<string, DeviceTensor> {
  return Object.fromEntries(
    Object.entries(kept).map(([name, tensor]) => [name.replace(/_grad$/, ''), tensor]),
  );
}

export function resultIn({ loss, logits }: DeviceResults['results']): StepResult {
  return { loss: Number(loss!.data[0]), logits: logits!.data as Float32Array };
}
