import { join } from 'node:path';
import type { FeatureModel } from '../baseline/feature-model';
import { saveFeatureModel } from '../baseline/model-file';
import { add, gatherRows, input, mul, reshape, sum } from '../graph/build';
import type { Program } from '../graph/program';
import type { DecisionRule } from '../metrics/decide';
import { toOnnx } from '../onnx/model';
import { replaceFolder, writeFileAtomic } from '../runs/atomic';
import { writeSafetensors } from '../runs/safetensors';
import { writeModelConfig } from './model-config';

/**
 * Writes the model folder of a baseline: `tokenizer.json`, `model.safetensors` and `config.json`, from which it is opened
 * again, and `model.onnx`, from features to logits, for other programs.
 */
export function saveBaseline(
  folder: string,
  model: FeatureModel,
  labels: readonly string[],
  rule: DecisionRule,
): void {
  const { json, tensors } = saveFeatureModel(model);
  const columns = model.features.columns;
  const shapes: { readonly [Name in keyof typeof tensors]: number[] } = {
    'runs.parent': [columns - 1],
    'runs.token': [columns - 1],
    'runs.scale': [columns],
    'output.weight': [columns, model.outputs],
    'output.bias': [model.outputs],
  };
  replaceFolder(folder, (making) => {
    const weights = new Map([
      ['output.weight', tensors['output.weight']],
      ['output.bias', tensors['output.bias']],
    ]);
    writeFileAtomic(join(making, 'model.onnx'), toOnnx(featureProgram(columns, model.outputs), weights));
    writeSafetensors(
      join(making, 'model.safetensors'),
      Object.fromEntries(
        Object.entries(tensors).map(([name, data]) => [
          name,
          { shape: shapes[name as keyof typeof shapes], data },
        ]),
      ),
      { format: 'textclf' },
    );
    writeFileAtomic(join(making, 'tokenizer.json'), json);
    writeModelConfig(making, labels, rule, { type: 'baseline', outputs: model.outputs });
  });
}

/**
 * `feature_ids, feature_values [batch, features] -> logits [batch, outputs]`. Texts with fewer features than others are
 * padded with id 0.
 */
function featureProgram(columns: number, outputs: number): Program {
  const ids = input('feature_ids', ['batch', 'features'], 'int64');
  const values = input('feature_values', ['batch', 'features']);
  const weight = input('output.weight', [columns, outputs]);
  const bias = input('output.bias', [outputs]);
  const parts = mul(gatherRows(weight, ids), reshape(values, ['batch', 'features', 1]));
  return {
    name: 'baseline',
    inputs: [ids, values, weight, bias],
    outputs: { logits: add(sum(parts, [1]), bias) },
  };
}
