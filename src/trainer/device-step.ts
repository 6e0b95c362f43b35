import type { Random } from '../data/random';
import type { Program } from '../graph/program';
import type { OptimizerOptions } from '../nn/optimizers';
import { type DeviceExecutor, sizeOf, type Tensor, type Tensors } from '../runtime/executor';
import type { Batch } from './batch';
import { DeviceDropout } from './device-dropout';
import type { DeviceParameterSpec } from './device-groups';
import { LossScale } from './device-loss-scale';
import { DeviceParameters } from './device-parameters';
import {
  batchFeeds,
  type DeviceParts,
  type DevicePass,
  type OpenedProgram,
  openDeviceProgram,
  resultIn,
} from './device-pass';
import type { TableShape } from './device-programs';
import { KeptStates } from './kept-states';
import { openAll } from './open-all';
import { type ClipOptions, clipScale, EMBEDDING } from './programs';
import type { StepPart, StepResult, Weight, WeightedStep, WeightSpec } from './step';

/** What a device has to be told of a network or an encoder: see device-models.ts. */
export interface DeviceModel {
  readonly parameters: readonly DeviceParameterSpec[];
  readonly table: TableShape;
  /** Rows in front of the table that are none of the model's: padding. */
  readonly paddingRows: 0 | 1;
  /** Whether one batch can give several gradients of a parameter. */
  readonly sharesParameters: boolean;
  /** The pass over all that is trained; missing where the encoder stays frozen. */
  readonly openWhole?: (parts: DeviceParts, options: PassOptions) => Promise<DevicePass>;
  /** The pass over the classifier alone, from states that are kept: there where the encoder starts frozen. */
  readonly openHead?: (parts: DeviceParts, options: PassOptions) => Promise<DevicePass>;
  /** Without dropout: from a batch, or from the states that `encoding` gives, to `loss` and `logits`. */
  readonly evaluation: Program;
  readonly encoding?: Program;
}

interface PassOptions {
  readonly half: boolean;
}

export interface DeviceStepOptions extends ClipOptions {
  readonly optimizer: OptimizerOptions;
  /** How many batches make one step at most. */
  readonly gradientAccumulation: number;
  /** Trains with matrix products in 16 bits; evaluates in 32, as the saved model will be used. */
  readonly half: boolean;
}

interface Opened {
  readonly parameters: DeviceParameters;
  readonly dropout: DeviceDropout;
  readonly whole: DevicePass | undefined;
  readonly head: DevicePass | undefined;
  readonly evaluation: OpenedProgram;
  readonly encoding: OpenedProgram | undefined;
}

/**
 * The training step on a device with a memory of its own. Weights, gradients and the optimizer's state stay there; a batch
 * goes in, and its loss, its logits and the norm of the gradient come out. All rows of the table of word
 * vectors are updated at each step.
 *
 * While an encoder is frozen, what it makes of a text is computed once and kept in the host's memory: a few
 * thousand bytes a text, which cost less to send than the encoder to run.
 */
export class DeviceStep implements WeightedStep {
  private kept: KeptStates | undefined;
  private readonly scale: LossScale | undefined;

  private constructor(
    private readonly executor: DeviceExecutor,
    private readonly model: DeviceModel,
    private readonly options: DeviceStepOptions,
    private readonly opened: Opened,
  ) {
    if (model.openHead) this.kept = new KeptStates();
    this.scale = options.half ? new LossScale() : undefined;
  }

  /** There are no weights at first: `writeWeights`. */
  static async compile(
    executor: DeviceExecutor,
    model: DeviceModel,
    options: DeviceStepOptions,
  ): Promise<DeviceStep> {
    const { half } = options;
    return openAll(async (keep) => {
      const sums = options.gradientAccumulation > 1 || model.sharesParameters;
      const parameters = keep(await DeviceParameters.open(executor, model.parameters, { ...options, sums }));
      const dropout = new DeviceDropout(executor);
      const parts = { executor, parameters, dropout, table: model.table };
      const plain = async (program: Program) =>
        keep(await openDeviceProgram(parts, { program }, { half: false }));
      return new DeviceStep(executor, model, options, {
        ...{ parameters, dropout },
        whole: model.openWhole && keep(await model.openWhole(parts, { half })),
        head: model.openHead && keep(await model.openHead(parts, { half })),
        evaluation: await plain(model.evaluation),
        encoding: model.encoding && (await plain(model.encoding)),
      });
    });
  }

  /** From now on the encoder is trained as well. */
  thaw(): void {
    this.kept = undefined;
  }

  async train(
    batch: Batch,
    learningRate: number,
    random: Random,
    { divisor, isLast }: StepPart = { divisor: batch.divisor, isLast: true },
  ): Promise<StepResult> {
    const { parameters, dropout } = this.opened;
    const scale = this.scale?.value ?? 1;
    await dropout.renew(random);
    const { loss, logits } = await this.backward(batch, divisor / scale, random);
    const result = { loss: (loss / scale) * (divisor / batch.divisor), logits };
    // A step that is not finite must not reach the weights: whoever called decides what to do.
    if (!Number.isFinite(result.loss)) {
      parameters.drop();
      return result;
    }
    if (!isLast) return result;
    const norm = Math.sqrt(await parameters.squares()) / scale;
    if (!Number.isFinite(norm)) {
      parameters.drop();
      return this.scale?.shrink() ? result : { ...result, loss: Number.NaN };
    }
    await parameters.update(learningRate, clipScale(this.options, norm) / scale);
    this.scale?.grow();
    return result;
  }

  async evaluate(batch: Batch): Promise<StepResult> {
    const { evaluation, encoding } = this.opened;
    const { results } = await evaluation.run({
      ...batchFeeds(batch, batch.divisor),
      ...(encoding ? { states: await this.encode(batch) } : {}),
    });
    return resultIn(results);
  }

  /** Everything that training and evaluating compute, once, without a step. */
  async rehearse(batch: Batch, random: Random): Promise<void> {
    const { encoding, evaluation, head, whole, parameters } = this.opened;
    const fed = batchFeeds(batch, batch.divisor);
    const encoded: Tensors = encoding ? (await encoding.run(fed)).results : {};
    await evaluation.run({ ...fed, ...encoded });
    for (const pass of [head, whole]) {
      await pass?.run({ batch, divisor: batch.divisor, random, states: encoded.states });
      parameters.drop();
    }
  }

  /** Nothing is behind: every step moves every row. */
  settle(): void {}

  get weights(): readonly WeightSpec[] {
    return this.model.parameters.map((spec) => ({ ...spec, shape: this.ownShape(spec) }));
  }

  async writeWeights(write: (spec: WeightSpec, data: Float32Array) => void): Promise<void> {
    for (const spec of this.model.parameters) {
      const data = new Float32Array(sizeOf(spec.shape));
      const shape = this.ownShape(spec);
      write({ ...spec, shape }, data.subarray(data.length - sizeOf(shape)));
      await this.opened.parameters.set(spec.name, data);
    }
  }

  async readWeights(): Promise<Record<string, Weight>> {
    const weights: Record<string, Weight> = {};
    for (const spec of this.model.parameters) {
      const { data } = await this.executor.download(this.opened.parameters.values[spec.name]!);
      const shape = this.ownShape(spec);
      weights[spec.name] = {
        dtype: 'float32',
        shape,
        data: (data as Float32Array).subarray(data.length - sizeOf(shape)),
      };
    }
    return weights;
  }

  async release(): Promise<void> {
    await Promise.all(Object.values(this.opened).map((one) => one?.release()));
  }

  /** Without rows of padding. */
  private ownShape({ name, shape }: DeviceParameterSpec): readonly number[] {
    return name === EMBEDDING ? [shape[0]! - this.model.paddingRows, ...shape.slice(1)] : shape;
  }

  private async backward(batch: Batch, divisor: number, random: Random): Promise<StepResult> {
    const { whole, head } = this.opened;
    return this.kept
      ? head!.run({ batch, divisor, random, states: await this.encode(batch) })
      : whole!.run({ batch, divisor, random });
  }

  /** The encoder's states, `[batch, hidden]`, computed anew or kept from before. */
  private encode(batch: Batch): Promise<Tensor> {
    const anew = async () => {
      const { results } = await this.opened.encoding!.run(batchFeeds(batch, 1));
      return results.states!;
    };
    return this.kept ? this.kept.of(batch, anew) : anew();
  }
}
