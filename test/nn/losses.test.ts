import { describe, expect, it } from 'vitest';
import { constant, input } from '../../src/graph/build';
import { differentiate } from '../../src/graph/differentiate';
import { type LossType, losses, meanLoss } from '../../src/nn/losses';
import { expectClose } from '../support/close';
import { evaluate, floatTensor } from '../support/run';
import { type TorchTensor, torchCases } from '../support/torch';

interface LossCase {
  readonly name: string;
  readonly loss: LossType;
  readonly logits: TorchTensor;
  readonly labels: readonly number[];
  readonly losses: TorchTensor;
  readonly lossValue: number;
  readonly gradients: { readonly logits: TorchTensor };
}

const cases = torchCases<LossCase>('losses');

describe('losses equal PyTorch, however large the logits', () => {
  for (const { name, loss: type, logits: given, labels, ...expected } of cases) {
    it(name, async () => {
      const [rows, outputs = 1] = given.shape as [number, number?];
      const [logits, targets] = [input('logits', ['batch', outputs]), input('targets', ['batch', outputs])];
      const count = input('rows', []);
      const perText = losses[type](logits, targets);
      const loss = meanLoss(perText, count);
      const [gradient] = differentiate([loss], [constant(1)], [logits]);
      const oneHot = labels.flatMap((label) =>
        Array.from({ length: outputs }, (_, i) => (i === label ? 1 : 0)),
      );
      const results = await evaluate({ perText, loss, gradient: gradient! }, [logits, targets, count], {
        logits: floatTensor([rows, outputs], given.data),
        targets: floatTensor([rows, outputs], outputs === 1 ? labels : oneHot),
        rows: floatTensor([], [rows]),
      });
      expectClose(results.perText!, expected.losses.data, 1e-5, 'losses');
      expectClose(results.loss!, [expected.lossValue], 1e-5, 'mean loss');
      expectClose(results.gradient!, expected.gradients.logits.data, 1e-5, 'gradient');
    });
  }

  it('tries every loss', () => {
    expect([...new Set(cases.map(({ loss }) => loss))].sort()).toEqual(Object.keys(losses).sort());
  });
});
