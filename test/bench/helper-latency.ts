import { fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '../../src/data/random';
import type { HelperMessage, HelperRequest } from '../../src/protocol/helper';
import { floatTensor } from '../../src/runtime/executor';
import { createTokenizer } from '../../src/text/tokenizer-file';
import { vocabularyOf } from '../../src/text/vocabulary';
import { EMBEDDING, gradientProgram, type ModelShape } from '../../src/trainer/programs';
import { saveModel } from '../../src/trainer/save-model';
import { size } from './workload';

const STARTS = 9;
const REQUESTS = 40;
const TEXT_WORDS = 200;

/** Prints the milliseconds from fork() to the first prediction of an LSTM of the workload's size, and of those after it. */
export async function measureHelper(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'textclf-bench-'));
  try {
    const model = writeModel(folder);
    const cold: number[] = [];
    const warm: number[] = [];
    for (let start = 0; start < STARTS; start++) {
      const [first, ...next] = await ask(model);
      cold.push(first!);
      warm.push(...next);
    }
    console.log(
      `LSTM of ${size.vocabulary} words, ${size.embedding}-d, ${size.hidden} units; ${TEXT_WORDS} words a text`,
    );
    console.log(`first answer after fork(): ${summary(cold)} ms, ${STARTS} starts`);
    console.log(`every one after it:        ${summary(warm)} ms, ${warm.length} requests`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Milliseconds from fork() to the first reply, then from each further request to its reply. */
async function ask(modelFolder: string): Promise<number[]> {
  let since = performance.now();
  const child = fork(join(import.meta.dirname, 'helper.js'), [], { execArgv: [] });
  const random = createRandom(1);
  const times: number[] = [];
  for (let id = 0; id < REQUESTS; id++) {
    const text = Array.from({ length: TEXT_WORDS }, () => wordOf(random.integer(size.vocabulary))).join(' ');
    const reply = new Promise<HelperMessage>((resolve) => child.once('message', resolve));
    if (id > 0) since = performance.now();
    child.send({
      type: 'request',
      id,
      method: 'predict',
      params: { modelFolder, texts: [text] },
    } satisfies HelperRequest);
    const message = await reply;
    times.push(performance.now() - since);
    if (message.type !== 'result') throw new Error(JSON.stringify(message));
  }
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.disconnect();
  await ended;
  return times;
}

function writeModel(parent: string): string {
  mkdirSync(parent, { recursive: true });
  const folder = join(parent, 'model');
  const shape: ModelShape = {
    model: {
      type: 'lstm',
      embedding: { size: size.embedding, frozen: false },
      hiddenSize: size.hidden,
      layers: 1,
      bidirectional: false,
      dropout: 0,
      pooling: 'mean',
      head: { hiddenSize: 0 },
    },
    embeddingSize: size.embedding,
    task: 'single-label',
    outputs: 1,
    loss: 'bceWithLogits',
    maxLength: 256,
  };
  const random = createRandom(42);
  const specs = [
    { name: EMBEDDING, shape: [size.vocabulary, size.embedding] },
    ...gradientProgram(shape, true).parameters,
  ];
  const weights = Object.fromEntries(
    specs.map(({ name, shape: dims }) => {
      const tensor = floatTensor(dims);
      for (let i = 0; i < tensor.data.length; i++) tensor.data[i] = random.normal() / 10;
      return [name, tensor];
    }),
  );
  const words = ['<pad>', '<unk>', ...Array.from({ length: size.vocabulary - 2 }, (_, i) => wordOf(i))];
  const options = { lowercase: true, stripHtml: true, keepEmoticons: true };
  saveModel(folder, {
    shape,
    labels: ['negative', 'positive'],
    tokenizer: createTokenizer(options, vocabularyOf(words), size.time),
    weights,
  });
  return folder;
}

function wordOf(number: number): string {
  return `word${number.toString(36)}`;
}

function summary(times: number[]): string {
  const sorted = times.sort((a, b) => a - b);
  return `median ${sorted[sorted.length >> 1]!.toFixed(1)}, longest ${sorted.at(-1)!.toFixed(1)}`;
}
