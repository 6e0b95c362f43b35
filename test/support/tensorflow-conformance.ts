import { describe, expect, it } from 'vitest';
import type { DeviceExecutor } from '../../src/runtime/executor';
import type { Tf } from '../../src/runtime/tensorflow/tf';
import { checkOperation } from './check-operation';
import { expectClose } from './close';
import { type FamilyOptions, families } from './families';
import { hostDevice } from './host-device';
import { operationRows } from './operation-rows';
import { tenSteps, tenStepsOnProcessor } from './ten-steps';

export interface Tolerances {
  /** Of an operation's results, and of the losses of ten steps. */
  readonly operation: number;
  readonly losses: number;
}

/** What TensorFlow.js computes is what was worked out by hand, or by onnxruntime; nothing of it is left in memory. */
export function describeConformance(
  tf: Tf,
  executor: DeviceExecutor,
  { operation, losses: tolerance }: Tolerances,
): void {
  describe('every operation gives what was worked out by hand, and leaves nothing behind', () => {
    for (const [op, list] of Object.entries(operationRows)) {
      list.forEach((row, i) => {
        it(`${op} ${i}`, async () => {
          const before = tf.memory().numTensors;
          await checkOperation(row, op, executor, operation);
          expect(tf.memory().numTensors).toBe(before);
        });
      });
    }
  });

  describe('ten steps of every family of models have the losses of onnxruntime', () => {
    for (const family of families) {
      it(family.name, async () => {
        const before = tf.memory().numTensors;
        const losses = await tenSteps(executor, family);
        expect(tf.memory().numTensors).toBe(before);
        expectClose(losses, await tenStepsOnProcessor(family), tolerance, family.name);
      });
    }
  });

  describe('what a training may do besides has the losses of onnxruntime', () => {
    const changes: [what: string, family: string, options: Partial<FamilyOptions>][] = [
      ['dropout, with the same masks', 'bert', { dropout: 0.3 }],
      ['dropout, with the same masks', 'gru', { dropout: 0.3 }],
      [
        'several batches a step',
        'gru',
        { gradientAccumulation: 2, gradientClipBy: 'value', gradientClip: 0.01 },
      ],
      ['layers in turn', 'bert', { recompute: true, layerLearningRateDecay: 0.5 }],
      ['what is frozen', 'bert', { freezeLayers: 1, frozenEmbedding: true }],
    ];
    for (const [what, name, options] of changes) {
      it(`${what}: ${name}`, async () => {
        const family = families.find((each) => each.name === name)!;
        const before = tf.memory().numTensors;
        const losses = await tenSteps(executor, family, options);
        expect(tf.memory().numTensors).toBe(before);
        expectClose(losses, await tenSteps(hostDevice(), family, options), tolerance, what);
      });
    }
  });
}
