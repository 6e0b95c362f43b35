import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRandom } from '../../src/data/random';
import { loadPredictor } from '../../src/predict/predictor';
import { parseEncoderConfig } from '../../src/pretrained/config-file';
import { pretrainedInference } from '../../src/pretrained/inference-program';
import { encoderFixture } from '../pretrained/encoder-fixture';
import { saveFixture } from '../pretrained/saved-model';

const words = ['good', 'bad', 'very', 'film', 'plot', 'dull', 'fine', 'not', 'x', 'y', 'z', '!'];

/** A text longer than what `predictions.ndjson` keeps of it. */
const longText = 'good film , '.repeat(30).trim();

/**
 * A run's folder with a fine-tuned encoder whose layers are wide enough to be stored in fewer bits, and the data file
 * that it was evaluated on. Random weights: what the classes mean does not matter.
 */
export async function writeRun(): Promise<{ folder: string; model: string; data: string }> {
  const file = join(encoderFixture('bert').folder, 'config.json');
  const sizes = { hidden_size: 64, intermediate_size: 256, num_attention_heads: 4 };
  const config = parseEncoderConfig(
    JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...sizes }),
    file,
  );
  const random = createRandom(12);
  const parameters = pretrainedInference(config, 3).inputs.filter(({ dtype }) => dtype === 'float32');
  const weights = Object.fromEntries(
    parameters.map(({ name, shape }) => {
      const dims = shape as number[];
      const mean = name!.endsWith('orm.weight') ? 1 : 0;
      const length = dims.reduce((a, b) => a * b, 1);
      return [name!, { shape: dims, data: Float32Array.from({ length }, () => mean + random.normal() / 4) }];
    }),
  );
  const saved = saveFixture('bert', { config, weights });
  const folder = join(dirname(saved.folder), '.textclf', 'runs', 'one');
  const model = join(folder, 'model');
  mkdirSync(folder, { recursive: true });
  renameSync(saved.folder, model);

  const predictor = await loadPredictor(model);
  const texts = [longText, ...Array.from({ length: 99 }, () => sentence(random.integer))];
  const predictions = await predictor.predict(texts);
  await predictor.release();
  // Every third label is another one than the model's, so that it is not always right.
  const truth = predictions.map(({ label }, i) => (i % 3 === 0 ? 'maybe' : label));
  const data = join(dirname(saved.folder), 'test.csv');
  writeFileSync(data, `text,label\n${texts.map((text, i) => `"${text}",${truth[i]}\n`).join('')}`);
  const experiment = {
    data: { train: 'train.csv', test: 'test.csv' },
    model: { type: 'pretrained', encoder: '../encoder' },
  };
  writeFileSync(join(folder, 'experiment.json'), JSON.stringify(experiment));
  const lines = texts.map((text, i) =>
    JSON.stringify({
      ...{ split: 'test', file: 'test.csv', line: i + 2, label: truth[i] },
      ...{ predicted: predictions[i]!.label, probability: 0.5 },
      text: text.length > 200 ? `${text.slice(0, 200)}…` : text,
    }),
  );
  writeFileSync(join(folder, 'predictions.ndjson'), `${lines.join('\n')}\n`);
  return { folder, model, data };
}

function sentence(draw: (below: number) => number): string {
  return Array.from({ length: 1 + draw(9) }, () => words[draw(words.length)]!).join(' ');
}
