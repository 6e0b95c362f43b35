import type { Random } from '../data/random';
import type { DropoutMask } from '../nn/scope';
import { type Executable, floatTensor, type Tensor, type Tensors } from '../runtime/executor';
import { type Batch, dimsOf } from './batch';
import type { DropoutPools } from './dropout-pool';
import type { EncoderProgram } from './pretrained-programs';
import type { StepResult } from './step';

/** What a backward pass over a batch is given. */
export interface GradientInput {
  readonly batch: Batch;
  /** The tokens' vectors and where their gradients go, `[time, batch, embeddingSize]`; or the encoder's states. */
  readonly feeds: Tensors;
  readonly into: Tensors;
  /** What the sum of the texts' losses is divided by. */
  readonly divisor: number;
  readonly random: Random;
}

/** The forward and backward pass over a batch: leaves the gradients where they were asked for. */
export interface BackwardPass {
  run(input: GradientInput): Promise<StepResult>;
  release(): Promise<void>;
}

/** What the loss reads of a batch. */
export function lossFeeds({ targets, weights }: Batch, divisor: number): Tensors {
  return { targets, weights, divisor: floatTensor([], [divisor]) };
}

/** The masks of a batch, drawn. */
export function drawMasks(
  masks: readonly DropoutMask[],
  batch: Batch,
  pools: DropoutPools,
  random: Random,
): Tensors {
  return Object.fromEntries(
    masks.map(({ name, shape, rate }) => [name, pools.draw(rate, dimsOf(shape, batch), random)]),
  );
}

/** Loss and gradients by a single program. */
export function wholePass(
  executable: Executable,
  { dropoutMasks }: EncoderProgram,
  values: Tensors,
  gradients: Tensors,
  pools: DropoutPools,
): BackwardPass {
  const into = Object.fromEntries(
    Object.entries(gradients).map(([name, tensor]) => [`${name}_grad`, tensor]),
  );
  return {
    async run({ batch, feeds, into: more, divisor, random }) {
      const masks = drawMasks(dropoutMasks, batch, pools, random);
      const { loss, logits } = await executable.run(
        { ...feeds, ...lossFeeds(batch, divisor), ...values, ...masks },
        { ...into, ...more },
      );
      return resultOf(loss!, logits!);
    },
    release: () => executable.release(),
  };
}

export function resultOf(loss: Tensor, logits: Tensor): StepResult {
  return { loss: Number(loss.data[0]), logits: logits.data as Float32Array };
}
