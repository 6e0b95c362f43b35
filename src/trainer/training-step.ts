import type { Random } from '../data/random';
import { createOptimizer, type OptimizerOptions } from '../nn/optimizers';
import { type Executable, type Executor, floatTensor, type Replica, type Tensor } from '../runtime/executor';
import type { Batch } from './batch';
import { DistinctWords } from './distinct-words';
import { Gradients } from './gradients';
import { openAll } from './open-all';
import { ParameterStore } from './parameters';
import {
  type ClipOptions,
  clipScale,
  EMBEDDING,
  evaluationProgram,
  gradientProgram,
  type ModelShape,
} from './programs';
import { RowTable } from './row-table';
import { RowTeam } from './row-team';
import type { StepPart, StepResult, Weight, WeightedStep, WeightSpec } from './step';

export interface StepOptions extends ClipOptions {
  readonly shape: ModelShape;
  readonly optimizer: OptimizerOptions;
  /** In how many parts at most a batch is computed at the same time; without it, one for each thread. */
  readonly copies?: number;
  /** How many batches make one step at most. */
  readonly gradientAccumulation: number;
  /** What the table starts from, `[vocabulary, size]`. Row 0 is padding. */
  readonly embedding: Float32Array;
  readonly frozenEmbedding: boolean;
  readonly vocabularySize: number;
}

/**
 * The compiled training step: a program for the gradients, one for the optimizer's update, and
 * between them what belongs to neither: summing the rows of the embedding table and scaling the
 * gradient to the allowed norm.
 */
export class TrainingStep implements WeightedStep {
  private step = 0;

  private constructor(
    private readonly options: StepOptions,
    readonly parameters: ParameterStore,
    readonly table: RowTable,
    private readonly distinctWords: DistinctWords,
    private readonly team: RowTeam,
    private readonly gradients: Gradients,
    private readonly evaluation: Executable,
  ) {}

  static async compile(executor: Executor, options: StepOptions): Promise<TrainingStep> {
    const optimizer = createOptimizer(options.optimizer);
    const { shape, frozenEmbedding, embedding, vocabularySize } = options;
    const copyCount = options.copies ?? executor.threads;
    // In one thread each, a word's gradients from several places are quickly summed; in several there is no exact way that is.
    const byWord = copyCount > 1 || executor.threads === 1;
    const gradient = gradientProgram(shape, !frozenEmbedding, byWord ? 'words' : 'tokens');
    const sumsBatches = options.gradientAccumulation > 1;
    // One on each core: threads that share each operation wait for each other after every one of them.
    const copies = await executor.compileCopies(gradient.program, copyCount);
    return openAll(async (keep) => {
      copies.forEach(keep);
      const parameters = new ParameterStore(gradient.parameters, optimizer, {
        copies: copies.length,
        sumsBatches,
      });
      // First of all: it may not fit into memory.
      const table = new RowTable(embedding, vocabularySize, frozenEmbedding ? undefined : optimizer, {
        sumsBatches,
        threads: copies.length,
      });
      const team = await RowTeam.assemble(table, copies.slice(1) as Replica[], options.optimizer, byWord);
      const evaluation = keep(await executor.compile(evaluationProgram(shape, 'words')));
      const distinctWords = new DistinctWords(vocabularySize);
      return new TrainingStep(
        options,
        parameters,
        table,
        distinctWords,
        team,
        new Gradients({
          copies,
          table,
          byWord,
          dropoutMasks: gradient.dropoutMasks,
          targets: parameters.gradients,
        }),
        evaluation,
      );
    });
  }

  /**
   * The forward and backward pass over a batch, then one step of training along its gradient and that of the
   * batches before that did not end their step. `random` draws the dropout masks.
   */
  async train(
    batch: Batch,
    learningRate: number,
    random: Random,
    { divisor, isLast }: StepPart = { divisor: batch.divisor, isLast: true },
  ): Promise<StepResult> {
    const { parameters, team, gradients } = this;
    const split = gradients.split(batch);
    await team.haveLeft();
    const pass = gradients.run(split, parameters.values, divisor, random);
    team.meet(split.tokens);
    try {
      const { loss, logits, copies } = await pass;
      const result = { loss: loss * (divisor / batch.divisor), logits };
      // The rows have nothing to do with the dense weights: other threads begin with them in the meantime.
      team.beginAccumulate();
      parameters.accumulate(copies);
      await team.accumulate();
      if (!isLast) return result;
      const norm = Math.sqrt(parameters.squares() + this.table.squares());
      // A step that is not finite must not reach the weights: whoever called decides what to do.
      if (!Number.isFinite(norm)) return { ...result, loss: Number.NaN };
      if (Number.isFinite(result.loss)) await this.applyUpdate(learningRate, norm);
      return result;
    } finally {
      team.part();
    }
  }

  /** The forward pass without dropout. Call `settle` first if training went on since. */
  async evaluate(batch: Batch): Promise<StepResult> {
    const { mask, targets, weights, divisor } = batch;
    const { ids, tokens } = this.distinctWords.of(batch);
    const shape = [ids.length, this.options.shape.embeddingSize];
    const embedded = { dtype: 'float32', shape, data: this.table.read(ids) } as const;
    const results = await this.evaluation.run({
      ...{ embedded, tokens, mask, targets, weights, divisor: floatTensor([], [divisor]) },
      ...this.parameters.values,
    });
    return { loss: scalarOf(results.loss!), logits: results.logits!.data as Float32Array };
  }

  /** Brings the embedding table up to date: before evaluating or saving. */
  settle(): void {
    this.table.settle();
  }

  get weights(): readonly WeightSpec[] {
    const { table, parameters } = this;
    return [
      {
        name: EMBEDDING,
        shape: [table.rows, table.width],
        initializer: { type: 'zeros' },
        trained: table.isTrained,
      },
      ...parameters.specs.map((spec) => ({ ...spec, trained: true })),
    ];
  }

  async writeWeights(write: (spec: WeightSpec, data: Float32Array) => void): Promise<void> {
    const weights = await this.readWeights();
    for (const spec of this.weights) write(spec, weights[spec.name]!.data);
  }

  async readWeights(): Promise<Record<string, Weight>> {
    const { table, parameters } = this;
    const shape = [table.rows, table.width];
    return {
      [EMBEDDING]: { dtype: 'float32', shape, data: table.table },
      ...(parameters.values as Record<string, Weight>),
    };
  }

  async release(): Promise<void> {
    await Promise.all([this.gradients, this.evaluation].map((program) => program.release()));
  }

  private async applyUpdate(learningRate: number, norm: number): Promise<void> {
    const { parameters, table, team, options } = this;
    const { gradientClip, gradientClipBy } = options;
    this.step++;
    const one = { step: this.step, learningRate, scale: clipScale(options, norm) };
    if (gradientClip > 0 && gradientClipBy === 'value') {
      table.clip(gradientClip);
      parameters.clip(gradientClip);
    }
    team.beginUpdate(one);
    parameters.update(one);
    await team.update(one);
  }
}

function scalarOf(tensor: Tensor): number {
  return Number(tensor.data[0]);
}
