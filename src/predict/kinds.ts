import { join } from 'node:path';
import { longestText } from '../pretrained/config';
import { parseEncoderConfig } from '../pretrained/config-file';
import { networkFile, ONNX_FOLDER, onnxFiles } from '../runs/model-files';
import { loadTokenizer } from '../text/tokenizer-file';
import { openFeatureModel } from './feature-model';
import type { ModelConfig } from './model-config';
import { type Computing, openNetwork } from './open-network';
import { readText, type TextModel } from './text-model';

/** A model folder of which `config.json` is read. */
interface OpenFolder extends Computing {
  readonly folder: string;
  readonly config: ModelConfig;
  /** The contents of `config.json`. */
  readonly json: string;
  /** The ONNX file, where it is another one than the folder's own. */
  readonly network?: string;
}

/** How each kind of model is opened. */
export const openers: { readonly [Kind in ModelConfig['kind']]: (model: OpenFolder) => Promise<TextModel> } =
  {
    baseline: async ({ folder, config }) => openFeatureModel(folder, await tokenizerOf(folder), config),
    network: async ({ folder, config: { outputs }, network, ...computing }) => {
      const { file, json } = await tokenizerOf(folder);
      const { encode, vocabulary } = loadTokenizer(json, file);
      const files = {
        file: network ?? networkFile(folder) ?? join(folder, onnxFiles.fp32),
        encode,
        lastToken: vocabulary.size - 1,
        padding: 0,
        outputs,
      };
      return openNetwork(files, computing);
    },
    pretrained: async ({ folder, config: { outputs, maxLength }, json, network, ...computing }) => {
      const encoder = parseEncoderConfig(json, join(folder, 'config.json'));
      const { vocabularySize, paddingId } = encoder;
      // The other kinds do without its library.
      const { openPretrainedTokenizer } = await import('../pretrained/tokenizer/tokenizer');
      const tokenizer = openPretrainedTokenizer(folder, {
        maxLength,
        longest: longestText(encoder),
        vocabularySize,
      });
      const files = {
        file: network ?? networkFile(folder) ?? join(folder, ONNX_FOLDER, onnxFiles.fp32),
        encode: (text: string) => tokenizer.encode(text).ids,
        lastToken: vocabularySize - 1,
        padding: paddingId,
        outputs,
      };
      return openNetwork(files, computing);
    },
  };

async function tokenizerOf(folder: string): Promise<{ file: string; json: string }> {
  const file = join(folder, 'tokenizer.json');
  return { file, json: await readText(file) };
}
