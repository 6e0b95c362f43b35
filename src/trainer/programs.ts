import { constant, gatherRows, input, mul, named, reshape, toFloat, transpose } from '../graph/build';
import { differentiate } from '../graph/differentiate';
import type { Value } from '../graph/ops';
import type { Program } from '../graph/program';
import { type ClassifierShape, classifierLogits } from '../models/classifier';
import { clipValue } from '../nn/clip';
import { losses, meanLoss } from '../nn/losses';
import type { Optimizer } from '../nn/optimizers/optimizer';
import { type DropoutMask, type ParameterSpec, Scope } from '../nn/scope';
import type { OutputForm } from './outputs';

export interface ModelShape extends OutputForm, ClassifierShape {
  readonly embeddingSize: number;
}

export interface GradientProgram {
  readonly program: Program;
  /** All parameters but the embedding table, which stays outside: see row-table.ts. */
  readonly parameters: readonly ParameterSpec[];
  readonly dropoutMasks: readonly DropoutMask[];
}

/**
 * How the vectors of a batch are fed: as those of its tokens, `embedded [time, batch, size]`, or as those of its distinct
 * words, `embedded [words, size]`, with the place among them of each of the `tokens [time, batch]` (int64).
 */
export type VectorForm = 'tokens' | 'words';

/**
 * The model over a batch of embedded texts, and its loss: what training and evaluating share.
 * `inputs` are all that has to be fed but the dropout masks.
 */
function lossOverBatch(scope: Scope, shape: ModelShape, form: VectorForm) {
  const byWord = form === 'words';
  const embedded = input('embedded', [...(byWord ? ['words'] : ['time', 'batch']), shape.embeddingSize]);
  const tokens = byWord ? input('tokens', ['time', 'batch'], 'int64') : undefined;
  const mask = input('mask', ['time', 'batch', 1]);
  const targets = input('targets', ['batch', shape.outputs]);
  const weights = input('weights', ['batch', shape.outputs]);
  const divisor = input('divisor', []);
  const vectors = tokens ? gatherRows(embedded, tokens) : embedded;
  const logits = classifierLogits(scope, vectors, mask, shape);
  const perText = losses[shape.loss](logits, { targets, weights }, shape.focalGamma ?? 0);
  const loss = meanLoss(perText, divisor);
  const parameters = [...scope.parameters.values()];
  return {
    embedded,
    logits,
    loss,
    parameters,
    inputs: [
      embedded,
      ...(tokens ? [tokens] : []),
      ...[mask, targets, weights, divisor],
      ...parameters.map(({ value }) => value),
    ],
  };
}

/**
 * One forward and backward pass. Results: `loss []`, `logits [batch, outputs]`,
 * `<parameter>_grad` for each parameter, and `embedded_grad` (of the shape of `embedded`) if the embedding
 * is trained.
 */
export function gradientProgram(
  shape: ModelShape,
  trainEmbedding: boolean,
  form: VectorForm = 'tokens',
): GradientProgram {
  const scope = new Scope(true);
  const { embedded, logits, loss, parameters, inputs } = lossOverBatch(scope, shape, form);
  const sources = [...parameters.map(({ value }) => value), ...(trainEmbedding ? [embedded] : [])];
  const gradients = differentiate([loss], [constant(1)], sources).map((gradient) => gradient!);
  return {
    program: {
      name: 'gradients',
      inputs: [...inputs, ...scope.dropoutMasks.map(({ value }) => value)],
      outputs: {
        loss,
        logits,
        ...Object.fromEntries(sources.map((source, i) => [`${source.name}_grad`, gradients[i]!])),
      },
    },
    parameters: parameters.map(({ spec }) => spec),
    dropoutMasks: scope.dropoutMasks.map(({ mask: dropoutMask }) => dropoutMask),
  };
}

/** The forward pass without dropout: `logits`, and `loss`, the mean over the batch. */
export function evaluationProgram(shape: ModelShape, form: VectorForm = 'tokens'): Program {
  const { logits, loss, inputs } = lossOverBatch(new Scope(false), shape, form);
  return { name: 'evaluation', inputs, outputs: { loss, logits } };
}

/**
 * The finished model by itself, in the form that other tools expect:
 * `input_ids, attention_mask [batch, time] (int64) -> logits [batch, outputs]`.
 */
export function inferenceProgram(shape: ModelShape, vocabularySize: number): Program {
  const scope = new Scope(false);
  const ids = input('input_ids', ['batch', 'time'], 'int64');
  const attention = input('attention_mask', ['batch', 'time'], 'int64');
  const table = scope.parameter(EMBEDDING, [vocabularySize, shape.embeddingSize], { type: 'zeros' });
  const embedded = gatherRows(table, transpose(ids, [1, 0]));
  const mask = reshape(transpose(toFloat(attention), [1, 0]), ['time', 'batch', 1]);
  const logits = classifierLogits(scope, embedded, mask, shape);
  const parameters = [...scope.parameters.values()].map(({ value }) => value);
  return { name: 'classifier', inputs: [ids, attention, ...parameters], outputs: { logits } };
}

export const EMBEDDING = 'embedding.weight';

/** What limits a step's gradient. */
export interface ClipOptions {
  /** The largest norm over all of it, or the largest size of each of its numbers; 0 leaves it as it is. */
  readonly gradientClip: number;
  readonly gradientClipBy: 'norm' | 'value';
}

/** What a gradient of this norm is multiplied by, as torch.nn.utils.clip_grad_norm_. */
export function clipScale({ gradientClip, gradientClipBy }: ClipOptions, norm: number): number {
  return gradientClip > 0 && gradientClipBy === 'norm' ? Math.min(1, gradientClip / (norm + 1e-6)) : 1;
}

/**
 * One step of the optimizer. Inputs: each parameter, its gradient `<name>_grad`, its state
 * `<name>.<state>`, the optimizer's scalars, and `gradientScale []` where gradients are clipped by their norm or are
 * `scaled` for another reason. Results: `<name>_next` and `<name>.<state>_next`.
 */
export function updateProgram(
  parameters: readonly Pick<ParameterSpec, 'name' | 'shape'>[],
  optimizer: Optimizer,
  { gradientClip, gradientClipBy, scaled = false }: ClipOptions & { readonly scaled?: boolean },
): Program {
  const clips = (by: ClipOptions['gradientClipBy']) => gradientClip > 0 && gradientClipBy === by;
  const scalars = Object.fromEntries(
    Object.keys(optimizer.scalars(1, 1)).map((name) => [name, input(name, [])]),
  );
  const scale = scaled || clips('norm') ? input('gradientScale', []) : undefined;
  const clipped = (gradient: Value) => {
    const own = scale ? mul(gradient, scale) : gradient;
    return clips('value') ? clipValue(own, gradientClip) : own;
  };
  const stateNames = Object.keys(optimizer.state);
  const inputs: Value[] = [...Object.values(scalars), ...(scale ? [scale] : [])];
  const outputs: Record<string, Value> = {};
  for (const { name, shape } of parameters) {
    const parameter = input(name, shape);
    const gradient = input(`${name}_grad`, shape);
    const state = stateNames.map((stateName) => input(`${name}.${stateName}`, shape));
    inputs.push(parameter, gradient, ...state);
    const next = optimizer.update(parameter, clipped(gradient), state, scalars);
    outputs[`${name}_next`] = named(next.parameter, `${name}_next`);
    stateNames.forEach((stateName, i) => {
      outputs[`${name}.${stateName}_next`] = next.state[i]!;
    });
  }
  return { name: 'update', inputs, outputs };
}
