import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import type { Executable, Executor, Tensor } from '../../src/runtime/executor';
import { makeBatch } from '../../src/trainer/batch';
import type { ModelShape } from '../../src/trainer/programs';
import { TrainingStep } from '../../src/trainer/training-step';
import { expectClose } from '../support/close';
import { executor } from '../support/run';
import { type TorchTensor, torchCases } from '../support/torch';

interface ClipCase {
  readonly name: string;
  readonly by: 'norm' | 'value';
  readonly limit: number;
  readonly gradients: readonly TorchTensor[];
  readonly clipped: readonly TorchTensor[];
}

const [EMBEDDING_SIZE, VOCABULARY] = [4, 4];

/**
 * A model large enough for the fixture's tensors; its gradients come from the fixture instead of
 * from a backward pass, each of `batches` batches giving an equal part. The first two tensors lie in the parameters, the last one in the
 * embedding table (three tokens of four), so that the norm must span both.
 */
function withGradients({ gradients }: ClipCase, batches: number): Executor {
  const [parameterGradients, tokenGradients] = [gradients.slice(0, 2), gradients[2]!];
  const backward: Executable = {
    async run(_, into = {}): Promise<Record<string, Tensor>> {
      const values = parameterGradients.flatMap(({ data }) => data.map((value) => value / batches));
      const squares = values.reduce((total, value) => total + value * value, 0);
      for (const [name, tensor] of Object.entries(into)) {
        const data = tensor.data as Float32Array;
        if (name === 'embedded_grad') data.set(tokenGradients.data.map((value) => value / batches));
        else data.set(data.map(() => values.shift() ?? 0));
      }
      expect(values).toEqual([]);
      const scalar = (value: number): Tensor => ({
        dtype: 'float32',
        shape: [],
        data: Float32Array.of(value),
      });
      const logits: Tensor = { dtype: 'float32', shape: [1, 2], data: new Float32Array(2) };
      return { loss: scalar(1), squares: scalar(squares), logits };
    },
    release: async () => {},
  };
  return { ...executor, compileCopies: async () => [backward] };
}

async function stepWith(fixture: ClipCase, gradientClip: number, batches: number) {
  const shape: ModelShape = {
    task: 'single-label',
    model: {
      type: 'rnn',
      embedding: { size: EMBEDDING_SIZE, frozen: false },
      hiddenSize: 2,
      layers: 1,
      bidirectional: false,
      dropout: 0,
      pooling: 'mean',
      head: { hiddenSize: 0 },
    },
    embeddingSize: EMBEDDING_SIZE,
    maxLength: 3,
    outputs: 2,
    loss: 'crossEntropy',
  };
  const step = await TrainingStep.compile(withGradients(fixture, batches), {
    shape,
    // From zeros at rate 1, what plain gradient descent leaves is the gradient, negated.
    optimizer: { type: 'sgd', learningRate: 1, momentum: 0, nesterov: false, weightDecay: 0 },
    gradientClip,
    gradientClipBy: fixture.by,
    gradientAccumulation: batches,
    embedding: new Float32Array(EMBEDDING_SIZE * VOCABULARY),
    frozenEmbedding: false,
    vocabularySize: VOCABULARY,
  });
  const batch = makeBatch([{ ids: Int32Array.of(1, 2, 3), labels: [0] }], shape);
  for (let number = 1; number <= batches; number++) {
    await step.train(batch, 1, createRandom(1), { divisor: batches, isLast: number === batches });
  }
  const parameters = Object.values(step.parameters.values).flatMap(({ data }) => Array.from(data, Number));
  const table = [...step.table.table.subarray(EMBEDDING_SIZE)];
  await step.release();
  return { parameters: parameters.map((value) => -value), table: table.map((value) => -value) };
}

describe('clipping equals torch.nn.utils.clip_grad_norm_ and clip_grad_value_', () => {
  for (const fixture of torchCases<ClipCase>('clip')) {
    const split = (tensors: readonly TorchTensor[]) => ({
      parameters: tensors.slice(0, 2).flatMap(({ data }) => data),
      table: tensors[2]!.data,
    });
    for (const [what, clip, expected] of [
      ['clipped', fixture.limit, split(fixture.clipped)],
      ['with clipping off', 0, split(fixture.gradients)],
    ] as const) {
      for (const batches of [1, 2]) {
        it(`${fixture.name}: ${what}, ${batches} batches`, async () => {
          const { parameters, table } = await stepWith(fixture, clip, batches);
          const rest = parameters.length - expected.parameters.length;
          expectClose(
            parameters,
            [...expected.parameters, ...Array<number>(rest).fill(0)],
            1e-6,
            'parameters',
          );
          expectClose(table, expected.table, 1e-6, 'table');
        });
      }
    }
  }
});
