import { input, reshape } from '../graph/build';
import { Scope } from '../nn/scope';
import { embedTokens, encoderLayer, ownLayers } from '../pretrained/encoder';
import { type Executable, type Executor, floatTensor, type Tensor, type Tensors } from '../runtime/executor';
import type { DropoutPools } from './dropout-pool';
import { type BackwardPass, drawMasks, type GradientInput, lossFeeds, resultOf } from './encoder-gradients';
import {
  asEncoderProgram,
  type EncoderProgram,
  type EncoderShape,
  lossGradients,
  trainsEmbedding,
  withGradients,
} from './pretrained-programs';
import type { StepResult } from './step';

export type Part = 'embedding' | 'frozenLayer' | 'layer' | 'top' | 'layerGradient' | 'embeddingGradient';

/** A part of the network as a program of its own; every layer is the same program over other weights. */
interface Compiled extends EncoderProgram {
  readonly executable: Executable;
}

/**
 * Loss and gradients layer by layer: of the way forward only what each layer reads is kept, and each layer is computed once
 * more when its gradient is wanted (Chen et al. 2016). The results are those of the whole network's program.
 *
 * @param values all parameters, by name
 * @param gradients where the gradients of those that are trained go
 */
export async function layerwisePass(
  executor: Executor,
  shape: EncoderShape,
  values: Tensors,
  gradients: Tensors,
  pools: DropoutPools,
): Promise<BackwardPass> {
  const isTrained = (name: string) => name in gradients;
  const sharesLayers = ownLayers(shape.config) === 1;
  const nameOf = (layer: number) => `layers.${sharesLayers ? 0 : layer}.`;
  const { layers } = shape.config;
  const frozen = shape.freezeLayers;
  const programs = partPrograms(shape, (layer, name) =>
    isTrained(name.replace(/^layers\.0\./, nameOf(layer))),
  );
  const parts = await compileAll(executor, programs);
  // Layers that share their parameters each add their part to the gradient.
  const shared = sharesLayers ? new Map<string, Tensor>() : undefined;

  /** What a part reads of the parameters, with those of this layer in the place of the program's. */
  const parametersOf = ({ parameters }: Compiled, layer: number): Tensors =>
    Object.fromEntries(
      parameters.map(({ name }) => [name, values[name.replace(/^layers\.0\./, nameOf(layer))]!]),
    );

  const intoOf = ({ program }: Compiled, layer: number): Tensors =>
    Object.fromEntries(
      Object.keys(program.outputs).flatMap((result) => {
        const name = result.replace(/_grad$/, '').replace(/^layers\.0\./, nameOf(layer));
        const tensor = gradients[name];
        return tensor ? [[result, shared?.get(name) ?? tensor]] : [];
      }),
    );

  /** After a layer's gradients were written: adds those of shared parameters to what other layers gave. */
  const addShared = (isFirst: boolean) => {
    if (!shared) return;
    if (isFirst) {
      for (const [name, tensor] of Object.entries(gradients)) {
        if (name.startsWith('layers.')) shared.set(name, floatTensor(tensor.shape));
      }
      return;
    }
    for (const [name, { data }] of shared) addTo(gradients[name]!.data as Float32Array, data as Float32Array);
  };

  async function run({ batch, feeds, into, divisor, random }: GradientInput): Promise<StepResult> {
    const { embedded, mask } = feeds as { embedded: Tensor; mask: Tensor };
    const masksOf = (part: Compiled) => drawMasks(part.dropoutMasks, batch, pools, random);
    shared?.clear();

    const embeddingMasks = masksOf(parts.embedding);
    let { next: states } = await parts.embedding.executable.run({
      embedded,
      ...parametersOf(parts.embedding, 0),
      ...embeddingMasks,
    });
    const kept: { states: Tensor; masks: Tensors }[] = [];
    for (let layer = 0; layer < layers - 1; layer++) {
      const part = layer < frozen ? parts.frozenLayer : parts.layer;
      const masks = masksOf(part);
      kept.push({ states: states!, masks });
      const result = await part.executable.run({
        ...{ states: states!, mask },
        ...parametersOf(part, layer),
        ...masks,
      });
      states = result.next;
    }

    const top = await parts.top.executable.run(
      {
        ...{ states: states!, mask },
        ...lossFeeds(batch, divisor),
        ...parametersOf(parts.top, layers - 1),
        ...masksOf(parts.top),
      },
      intoOf(parts.top, layers - 1),
    );
    addShared(true);
    let gradient = top.states_grad!;
    for (let layer = layers - 2; layer >= frozen; layer--) {
      const { states: read, masks } = kept[layer]!;
      const part = parts.layerGradient;
      const result = await part.executable.run(
        { states: read, mask, gradient, ...parametersOf(part, layer), ...masks },
        intoOf(part, layer),
      );
      addShared(false);
      gradient = result.states_grad!;
    }
    if (trainsEmbedding(shape)) {
      const part = parts.embeddingGradient;
      await part.executable.run(
        { embedded, gradient, ...parametersOf(part, 0), ...embeddingMasks },
        { ...intoOf(part, 0), ...into },
      );
    }
    return resultOf(top.loss!, top.logits!);
  }

  return {
    run,
    async release() {
      await Promise.all(Object.values(parts).map(({ executable }) => executable.release()));
    },
  };
}

/** The programs that such a network needs; `isTrained` says of a layer's parameter, named as layer 0's, whether it has a gradient. */
export function partPrograms(
  shape: EncoderShape,
  isTrained: (layer: number, name: string) => boolean,
): [Part, EncoderProgram][] {
  const { config, freezeEmbeddings, freezeLayers } = shape;
  const hidden = ['time', 'batch', config.hiddenSize];
  const last = config.layers - 1;
  const mask = () => input('mask', ['time', 'batch', 1]);

  const embedding = (training: boolean) => {
    const scope = new Scope(training);
    const embedded = input('embedded', ['time', 'batch', config.embeddingSize]);
    const frozen = freezeEmbeddings || freezeLayers > 0;
    return { scope, embedded, result: embedTokens(scope, embedded, config, { frozen }) };
  };
  const layer = (frozen: boolean) => {
    const scope = new Scope(true);
    const fed = [input('states', hidden), mask()] as const;
    const result = encoderLayer(scope, 0, ...fed, config, { frozen, firstOnly: false });
    return { scope, fed, result };
  };
  const forward = (name: string, { scope, fed, result }: ReturnType<typeof layer>) =>
    asEncoderProgram(scope, { name, inputs: [...fed], outputs: { next: result } });

  const programs = {
    embedding: () => {
      const { scope, embedded, result } = embedding(true);
      return asEncoderProgram(scope, {
        name: 'embedding',
        inputs: [embedded],
        outputs: { next: result },
      });
    },
    frozenLayer: () => forward('frozen_layer', layer(true)),
    layer: () => forward('layer', layer(false)),
    top: () => {
      const scope = new Scope(true);
      const fed = [input('states', hidden), mask()] as const;
      const use = { frozen: last < freezeLayers, firstOnly: true };
      const first = encoderLayer(scope, 0, ...fed, config, use);
      const states = reshape(first, ['batch', config.hiddenSize]);
      return lossGradients(scope, shape, states, fed, [fed[0]], (name) => isTrained(last, name));
    },
    layerGradient: () => {
      const { scope, fed, result } = layer(false);
      const gradient = input('gradient', hidden);
      // Above the frozen layers all have a gradient.
      const isOf = (name: string) => isTrained(last, name);
      const program = withGradients(scope, [result], [gradient], {}, [fed[0]], isOf);
      return asEncoderProgram(scope, { name: 'layer_gradient', inputs: [...fed, gradient], ...program });
    },
    embeddingGradient: () => {
      const { scope, embedded, result } = embedding(true);
      const gradient = input('gradient', hidden);
      const isOf = (name: string) => isTrained(0, name);
      const program = withGradients(scope, [result], [gradient], {}, [embedded], isOf);
      return asEncoderProgram(scope, {
        name: 'embedding_gradient',
        inputs: [embedded, gradient],
        ...program,
      });
    },
  } satisfies Record<Part, () => EncoderProgram>;
  const isUsed: { readonly [Name in Part]?: boolean } = {
    frozenLayer: freezeLayers > 0,
    layerGradient: freezeLayers < last,
    embeddingGradient: trainsEmbedding(shape),
  };
  return Object.entries(programs)
    .map(([name, make]) => [name as Part, make] as const)
    .filter(([name]) => isUsed[name] ?? true)
    .map(([name, make]) => [name, make()]);
}

async function compileAll(
  executor: Executor,
  programs: readonly [Part, EncoderProgram][],
): Promise<Record<Part, Compiled>> {
  const compiled: [string, Compiled][] = [];
  try {
    for (const [name, program] of programs) {
      compiled.push([name, { ...program, executable: await executor.compile(program.program) }]);
    }
  } catch (error) {
    await Promise.all(compiled.map(([, { executable }]) => executable.release()));
    throw error;
  }
  return Object.fromEntries(compiled) as Record<Part, Compiled>;
}

function addTo(sum: Float32Array, values: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + values[i]!;
}
