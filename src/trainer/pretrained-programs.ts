import { constant, input } from '../graph/build';
import { differentiate } from '../graph/differentiate';
import type { Value } from '../graph/ops';
import type { Program } from '../graph/program';
import { losses, meanLoss } from '../nn/losses';
import { type DropoutMask, type ParameterSpec, Scope } from '../nn/scope';
import type { EncoderConfig } from '../pretrained/config';
import { classify, encodeTexts, ownLayers } from '../pretrained/encoder';
import { depthOf } from '../pretrained/names';
import type { OutputForm } from './outputs';

export interface EncoderShape extends OutputForm {
  readonly config: EncoderConfig;
  readonly freezeEmbeddings: boolean;
  /** So many layers stay as they are, and the embedding below them. */
  readonly freezeLayers: number;
}

export interface EncoderProgram {
  readonly program: Program;
  /** All that it reads, but the table of word vectors. */
  readonly parameters: readonly ParameterSpec[];
  readonly dropoutMasks: readonly DropoutMask[];
}

/** Whether the word vectors, and what is added to them, are trained. */
export function trainsEmbedding({ freezeEmbeddings, freezeLayers }: EncoderShape): boolean {
  return !freezeEmbeddings && freezeLayers === 0;
}

/**
 * Which parameters are trained, the table of word vectors among them.
 *
 * @param staysFrozen whether it is the classifier alone
 */
export function trainedParameters(shape: EncoderShape, staysFrozen: boolean): (name: string) => boolean {
  const layers = ownLayers(shape.config);
  return (name) => {
    const depth = depthOf(name, layers);
    if (depth === 0 || staysFrozen) return depth === 0;
    return depth > layers ? trainsEmbedding(shape) : layers - depth >= shape.freezeLayers;
  };
}

const inputs = {
  embedded: ({ config }: EncoderShape) => input('embedded', ['time', 'batch', config.embeddingSize]),
  mask: () => input('mask', ['time', 'batch', 1]),
  states: ({ config }: EncoderShape) => input('states', ['batch', config.hiddenSize]),
  targets: ({ outputs }: EncoderShape) => input('targets', ['batch', outputs]),
  weights: ({ outputs }: EncoderShape) => input('weights', ['batch', outputs]),
  divisor: () => input('divisor', []),
};

/**
 * One forward and backward pass of the whole network. Results: `loss []`, `logits [batch, outputs]`, `<parameter>_grad`
 * for each of `trained`, and `embedded_grad [time, batch, size]` where the word vectors are trained.
 */
export function encoderGradientProgram(
  shape: EncoderShape,
  trained: (name: string) => boolean,
): EncoderProgram {
  const scope = new Scope(true);
  const [embedded, mask] = [inputs.embedded(shape), inputs.mask()];
  const states = encodeTexts(scope, embedded, mask, shape.config, shape);
  const sources = trainsEmbedding(shape) ? [embedded] : [];
  return lossGradients(scope, shape, states, [embedded, mask], sources, trained);
}

/** The same of the classifier alone, over `states [batch, hidden]` that the encoder made. */
export function headGradientProgram(shape: EncoderShape): EncoderProgram {
  const scope = new Scope(true);
  const states = inputs.states(shape);
  return lossGradients(scope, shape, states, [states], [], () => true);
}

/** The encoder without dropout: `embedded, mask -> states [batch, hidden]`. */
export function encodingProgram(shape: EncoderShape): Program {
  const scope = new Scope(false);
  const [embedded, mask] = [inputs.embedded(shape), inputs.mask()];
  const states = encodeTexts(scope, embedded, mask, shape.config, shape);
  return { name: 'encoding', inputs: [embedded, mask, ...parametersOf(scope)], outputs: { states } };
}

/** The classifier without dropout: from `states [batch, hidden]` to `logits` and `loss`, the mean over the batch. */
export function headProgram(shape: EncoderShape): Program {
  const scope = new Scope(false);
  const states = inputs.states(shape);
  const { logits, loss, fed } = classifierLoss(scope, shape, states);
  return { name: 'head', inputs: [states, ...fed, ...parametersOf(scope)], outputs: { loss, logits } };
}

/** The classifier over the encoder's states, and its loss; `fed` is what has to be fed besides. */
export function classifierLoss(scope: Scope, shape: EncoderShape, states: Value) {
  const [targets, weights, divisor] = [inputs.targets(shape), inputs.weights(shape), inputs.divisor()];
  const logits = classify(scope, states, shape.config, shape.outputs);
  const perText = losses[shape.loss](logits, { targets, weights }, shape.focalGamma ?? 0);
  return { logits, loss: meanLoss(perText, divisor), fed: [targets, weights, divisor] };
}

/**
 * The loss of the classifier over `states` with the gradients of all that is trained on the way to it.
 *
 * @param fed what has to be fed so that `states` can be computed
 * @param sources inputs whose gradients are wanted besides the parameters'
 */
export function lossGradients(
  scope: Scope,
  shape: EncoderShape,
  states: Value,
  fed: readonly Value[],
  sources: readonly Value[],
  trained: (name: string) => boolean,
): EncoderProgram {
  const { logits, loss, fed: ofLoss } = classifierLoss(scope, shape, states);
  const program = withGradients(scope, [loss], [constant(1)], { loss, logits }, sources, trained);
  return asEncoderProgram(scope, { name: 'gradients', inputs: [...fed, ...ofLoss], ...program });
}

/** `results`, and the gradients of `values` in respect of the trained parameters and of `sources`. */
export function withGradients(
  scope: Scope,
  values: readonly Value[],
  seeds: readonly Value[],
  results: Record<string, Value>,
  sources: readonly Value[],
  trained: (name: string) => boolean,
): Pick<Program, 'outputs'> {
  const parameters = [...scope.parameters.values()]
    .filter(({ spec }) => trained(spec.name))
    .map(({ value }) => value);
  const all = [...parameters, ...sources];
  const gradients = differentiate(values, seeds, all);
  return {
    outputs: {
      ...results,
      ...Object.fromEntries(all.map((source, i) => [`${source.name}_grad`, gradients[i]!])),
    },
  };
}

export function asEncoderProgram(scope: Scope, program: Program): EncoderProgram {
  return {
    program: {
      ...program,
      inputs: [...program.inputs, ...parametersOf(scope), ...scope.dropoutMasks.map(({ value }) => value)],
    },
    parameters: [...scope.parameters.values()].map(({ spec }) => spec),
    dropoutMasks: scope.dropoutMasks.map(({ mask }) => mask),
  };
}

function parametersOf(scope: Scope): Value[] {
  return [...scope.parameters.values()].map(({ value }) => value);
}
