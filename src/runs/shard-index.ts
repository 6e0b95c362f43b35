/** Weights of a checkpoint in several files, and the list of them, as Hugging Face lays them out. */
import * as z from 'zod';

export const weightsFile = 'model.safetensors';
/** Says which file each weight of a large model is in. */
export const weightsIndex = 'model.safetensors.index.json';

const noShard = {
  error: ({ input }: { input?: unknown }) =>
    `${JSON.stringify(input)?.slice(0, 200)} is not the name of a .safetensors file in this folder`,
};

/** A file beside the index: it comes from the net, and may name anything. */
const shardName = z.string(noShard).regex(/^\w[\w.-]*\.safetensors$/, noShard);

const indexSchema = z.object({
  weight_map: z
    .record(z.string(), shardName, { error: '"weight_map" must name the file of each tensor' })
    .refine((map) => Object.keys(map).length > 0, { error: '"weight_map" names no tensor' }),
});

/**
 * The file of each tensor, by an index's `weight_map`.
 *
 * @param json the text of a `model.safetensors.index.json`; it may be anything
 * @throws Error that says what is wrong with it, without a full stop
 */
export function parseShardIndex(json: string): Record<string, string> {
  const result = indexSchema.safeParse(JSON.parse(json));
  if (result.success) return result.data.weight_map;
  throw new Error(result.error.issues[0]!.message);
}
