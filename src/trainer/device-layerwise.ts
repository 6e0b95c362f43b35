import type { DropoutMask } from '../nn/scope';
import { ownLayers } from '../pretrained/encoder';
import type { DeviceTensor } from '../runtime/executor';
import {
  batchFeeds,
  type DeviceParts,
  type DevicePass,
  type DevicePassInput,
  type Feeds,
  gradientsIn,
  type OpenedProgram,
  openDeviceProgram,
  resultIn,
} from './device-pass';
import { type Part, partPrograms } from './layerwise-pass';
import { type EncoderShape, trainsEmbedding } from './pretrained-programs';
import type { StepResult } from './step';

/** As `layerwisePass`, by the same programs, with all states and gradients on the device. */
export async function layerwiseDevicePass(
  parts: DeviceParts,
  shape: EncoderShape,
  isTrained: (name: string) => boolean,
  options: { readonly half: boolean },
): Promise<DevicePass> {
  const { dropout, parameters } = parts;
  const { layers } = shape.config;
  const sharesLayers = ownLayers(shape.config) === 1;
  const ofLayer = (layer: number) => (name: string) =>
    name.replace(/^layers\.0\./, `layers.${sharesLayers ? 0 : layer}.`);
  const opened: Partial<Record<Part, OpenedProgram>> = {};
  const release = async () => {
    await Promise.all(Object.values(opened).map((one) => one.release()));
  };
  try {
    for (const [part, source] of partPrograms(shape, (layer, name) => isTrained(ofLayer(layer)(name))))
      opened[part] = await openDeviceProgram(parts, source, options);
  } catch (error) {
    await release();
    throw error;
  }

  async function pass({ batch, divisor, random }: DevicePassInput, scratch: Scratch): Promise<StepResult> {
    const fed = batchFeeds(batch, divisor);
    await dropout.reserve(masksOf(opened), batch, random);
    const run = (part: Part, layer: number, feeds: Feeds) =>
      opened[part]!.run({ ...fed, ...feeds }, ofLayer(layer));
    const draw = (part: Part) => dropout.draw(opened[part]!.dropoutMasks, batch, random);
    /** Hands the gradients of parameters over; what is left is that of the states below. */
    const take = async (layer: number, { results, kept }: Awaited<ReturnType<typeof run>>) => {
      const { states: below, ...ofParameters } = gradientsIn(kept);
      const names = Object.entries(ofParameters).map(([name, tensor]) => [ofLayer(layer)(name), tensor]);
      await parameters.accumulate(Object.fromEntries(names), Number(results.squares?.data[0] ?? 0));
      return below && scratch.own(below);
    };

    const embeddingMasks = await draw('embedding');
    let states = scratch.own((await run('embedding', 0, embeddingMasks)).kept.next!);
    const read: { states: DeviceTensor; masks: Feeds }[] = [];
    for (let layer = 0; layer < layers - 1; layer++) {
      const part = layer < shape.freezeLayers ? 'frozenLayer' : 'layer';
      const masks = await draw(part);
      const below = states;
      states = scratch.own((await run(part, layer, { states, ...masks })).kept.next!);
      if (part === 'layer') read[layer] = { states: below, masks };
      else scratch.free(below);
    }

    const top = await run('top', layers - 1, { states, ...(await draw('top')) });
    const result = resultIn(top.results);
    let gradient = (await take(layers - 1, top))!;
    scratch.free(states);
    for (let layer = layers - 2; layer >= shape.freezeLayers; layer--) {
      const { states: below, masks } = read[layer]!;
      const above = gradient;
      const one = await run('layerGradient', layer, { states: below, gradient, ...masks });
      gradient = (await take(layer, one))!;
      scratch.free(above);
      scratch.free(below);
    }
    if (trainsEmbedding(shape))
      await take(0, await run('embeddingGradient', 0, { gradient, ...embeddingMasks }));
    return result;
  }

  return {
    async run(input) {
      const scratch = new Scratch();
      try {
        return await pass(input, scratch);
      } finally {
        scratch.freeAll();
      }
    },
    release,
  };
}

/** What a pass has on the device for itself: freed when it ends, however it does. */
class Scratch {
  private readonly tensors = new Set<DeviceTensor>();

  own(tensor: DeviceTensor): DeviceTensor {
    this.tensors.add(tensor);
    return tensor;
  }

  free(tensor: DeviceTensor): void {
    this.tensors.delete(tensor);
    tensor.release();
  }

  freeAll(): void {
    for (const tensor of this.tensors) this.free(tensor);
  }
}

function masksOf(opened: Partial<Record<Part, OpenedProgram>>): DropoutMask[] {
  return Object.values(opened).flatMap(({ dropoutMasks }) => dropoutMasks);
}
