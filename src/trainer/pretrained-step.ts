import type { Random } from '../data/random';
import { createOptimizer, type OptimizerOptions } from '../nn/optimizers';
import type { ParameterSpec } from '../nn/scope';
import { ownLayers } from '../pretrained/encoder';
import { depthOf, isOfHead, WORD_TABLE } from '../pretrained/names';
import type { Executable, Executor, Tensor, Tensors } from '../runtime/executor';
import type { Batch } from './batch';
import { DropoutPools } from './dropout-pool';
import { type BackwardPass, lossFeeds, resultOf, wholePass } from './encoder-gradients';
import { KeptStates } from './kept-states';
import { LargeParameters } from './large-parameters';
import { layerwisePass } from './layerwise-pass';
import { openAll } from './open-all';
import {
  type EncoderShape,
  encoderGradientProgram,
  encodingProgram,
  headGradientProgram,
  headProgram,
  trainedParameters,
} from './pretrained-programs';
import { type ClipOptions, clipScale } from './programs';
import { RowTable } from './row-table';
import type { StepPart, StepResult, Weight, WeightedStep, WeightSpec } from './step';

export interface PretrainedStepOptions extends ClipOptions {
  readonly shape: EncoderShape;
  readonly optimizer: OptimizerOptions;
  /** How many batches make one step at most. */
  readonly gradientAccumulation: number;
  /** What the learning rate is multiplied by from each layer to the one below it. */
  readonly layerLearningRateDecay: number;
  /** Whether the layers are computed a second time in the backward pass instead of kept. */
  readonly recompute: boolean;
  /** Whether the classifier alone is trained until `thaw` is called. */
  readonly startsFrozen: boolean;
  /** Whether `thaw` is never called. */
  readonly staysFrozen: boolean;
}

/**
 * The training step of a pretrained encoder with a classifier on top. Word vectors are rows of a table of their own, of which
 * each step touches few; all other parameters are updated in place.
 *
 * While the encoder is frozen, what it makes of a text is computed once and kept.
 */
export class PretrainedStep implements WeightedStep {
  /** There while the encoder stays the same. */
  private encoded: KeptStates | undefined;
  private readonly headNames: readonly string[];
  private readonly trainedNames: readonly string[];
  private tableSteps = 0;

  private constructor(
    private readonly options: PretrainedStepOptions,
    readonly specs: readonly ParameterSpec[],
    readonly parameters: LargeParameters,
    readonly table: RowTable,
    private readonly encoding: Executable,
    private readonly head: Executable,
    private readonly whole: BackwardPass | undefined,
    private readonly ofHead: BackwardPass | undefined,
    private readonly pools: DropoutPools,
  ) {
    this.trainedNames = Object.keys(parameters.gradients);
    this.headNames = this.trainedNames.filter(isOfHead);
    if (options.startsFrozen) this.encoded = new KeptStates();
  }

  /** The weights are zeros at first: fill `parameters.values` and the rows of `table` from 1 on. */
  static async compile(executor: Executor, options: PretrainedStepOptions): Promise<PretrainedStep> {
    const { shape, optimizer, layerLearningRateDecay, gradientAccumulation } = options;
    const { config } = shape;
    const layers = ownLayers(config);
    const isTrained = trainedParameters(shape, options.staysFrozen);
    const program = encoderGradientProgram(shape, isTrained);
    const sumsBatches = gradientAccumulation > 1;
    const parameters = new LargeParameters(
      program.parameters.map((spec) => ({
        ...spec,
        trained: isTrained(spec.name),
        rate: layerLearningRateDecay ** depthOf(spec.name, layers),
      })),
      optimizer,
      sumsBatches,
    );
    // Row 0 is padding: token id i is row i + 1.
    const table = new RowTable(
      { width: config.embeddingSize },
      config.vocabularySize + 1,
      isTrained(WORD_TABLE) ? createOptimizer(optimizer) : undefined,
      { sumsBatches },
    );
    const pools = new DropoutPools();
    const { values, gradients } = parameters;
    return openAll(async (keep) => {
      const encoding = keep(await executor.compile(encodingProgram(shape)));
      const head = keep(await executor.compile(headProgram(shape)));
      const openHead = async () => {
        const ofHead = headGradientProgram(shape);
        const named = Object.fromEntries(Object.entries(gradients).filter(([name]) => isOfHead(name)));
        return wholePass(await executor.compile(ofHead.program), ofHead, values, named, pools);
      };
      const openWhole = async () =>
        options.recompute
          ? layerwisePass(executor, shape, values, gradients, pools)
          : wholePass(await executor.compile(program.program), program, values, gradients, pools);
      const ofHead = options.startsFrozen ? keep(await openHead()) : undefined;
      const whole = options.staysFrozen ? undefined : keep(await openWhole());
      return new PretrainedStep(
        options,
        program.parameters,
        parameters,
        table,
        encoding,
        head,
        whole,
        ofHead,
        pools,
      );
    });
  }

  /** From now on the encoder is trained as well. */
  thaw(): void {
    this.encoded = undefined;
  }

  async train(
    batch: Batch,
    learningRate: number,
    random: Random,
    { divisor, isLast }: StepPart = { divisor: batch.divisor, isLast: true },
  ): Promise<StepResult> {
    this.pools.renew(random);
    const { loss, logits } = this.encoded
      ? await this.ofHead!.run({
          ...{ batch, divisor, random },
          feeds: { states: await this.encode(batch) },
          into: {},
        })
      : await this.backward(batch, divisor, random);
    const names = this.encoded ? this.headNames : this.trainedNames;
    this.parameters.accumulate(names);
    const result = { loss: loss * (divisor / batch.divisor), logits };
    if (!isLast) return result;
    const squares = this.parameters.squares(names) + (this.encoded ? 0 : this.table.squares());
    // A step that is not finite must not reach the weights: whoever called decides what to do.
    if (!Number.isFinite(squares)) return { ...result, loss: Number.NaN };
    if (Number.isFinite(result.loss)) this.update(names, learningRate, Math.sqrt(squares));
    return result;
  }

  async evaluate(batch: Batch): Promise<StepResult> {
    const states = await this.encode(batch);
    const { loss, logits } = await this.head.run({
      states,
      ...lossFeeds(batch, batch.divisor),
      ...this.parameters.values,
    });
    return resultOf(loss!, logits!);
  }

  settle(): void {
    this.table.settle();
  }

  get weights(): readonly WeightSpec[] {
    const { table, parameters, specs } = this;
    return [
      {
        name: WORD_TABLE,
        shape: [table.rows - 1, table.width],
        initializer: { type: 'zeros' },
        trained: table.isTrained,
      },
      ...specs.map((spec) => ({ ...spec, trained: spec.name in parameters.gradients })),
    ];
  }

  async writeWeights(write: (spec: WeightSpec, data: Float32Array) => void): Promise<void> {
    const weights = await this.readWeights();
    for (const spec of this.weights) write(spec, weights[spec.name]!.data);
  }

  async readWeights(): Promise<Record<string, Weight>> {
    const { table, parameters } = this;
    const shape = [table.rows - 1, table.width];
    const words = { dtype: 'float32', shape, data: table.table.subarray(table.width) } as const;
    return { [WORD_TABLE]: words, ...(parameters.values as Record<string, Weight>) };
  }

  async release(): Promise<void> {
    const all = [this.encoding, this.head, this.whole, this.ofHead];
    await Promise.all(all.map((one) => one?.release()));
  }

  private async backward(batch: Batch, divisor: number, random: Random): Promise<StepResult> {
    const { table } = this;
    const feeds = this.encoderFeeds(batch, table.gather(batch.ids));
    const gradient = { ...feeds.embedded!, data: table.gradient };
    const into: Tensors = table.isTrained ? { embedded_grad: gradient } : {};
    const result = await this.whole!.run({ batch, divisor, random, feeds, into });
    table.accumulate();
    return result;
  }

  private update(names: readonly string[], learningRate: number, norm: number): void {
    const { parameters, table, encoded } = this;
    const { gradientClip, gradientClipBy, shape, layerLearningRateDecay } = this.options;
    const scale = clipScale(this.options, norm);
    const clips = gradientClip > 0 && gradientClipBy === 'value';
    if (clips) parameters.clip(names, gradientClip);
    parameters.update(names, learningRate, scale);
    if (encoded || !table.isTrained) return;
    if (clips) table.clip(gradientClip);
    const rate = layerLearningRateDecay ** depthOf(WORD_TABLE, ownLayers(shape.config));
    table.update(++this.tableSteps, learningRate * rate, scale);
  }

  /** The encoder's states, `[batch, hidden]`, computed anew or kept from before. */
  private async encode(batch: Batch): Promise<Tensor> {
    const anew = async () => {
      const feeds = this.encoderFeeds(batch, this.table.read(batch.ids));
      const { states } = await this.encoding.run({ ...feeds, ...this.parameters.values });
      return states!;
    };
    return this.encoded ? this.encoded.of(batch, anew) : anew();
  }

  private encoderFeeds({ time, size, mask }: Batch, embedded: Float32Array): Tensors {
    const shape = [time, size, this.options.shape.config.embeddingSize];
    return { embedded: { dtype: 'float32', shape, data: embedded }, mask };
  }
}
