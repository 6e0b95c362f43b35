import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../src/pretrained/checkpoint';
import { readFloats } from '../../src/pretrained/read-floats';
import { formatError, HumanError } from '../../src/protocol/human-error';
import { readSafetensors, type Tensor, writeSafetensors } from '../../src/runs/safetensors';
import { openSafetensors } from '../../src/runs/safetensors-reader';
import { humanErrorOf, seededRandom, temporaryFolder } from '../runs/support';
import { classifierProgram, type EncoderName, encoderFixture, readWeights } from './encoder-fixture';

type Tensors = Record<string, Tensor>;

interface Change {
  readonly tensors?: (tensors: Tensors) => Tensors;
  readonly config?: Record<string, unknown>;
}

/** A copy of a fixture with other tensors or another configuration. */
function changed(name: EncoderName, { tensors, config }: Change): string {
  const folder = temporaryFolder();
  cpSync(encoderFixture(name).folder, folder, { recursive: true });
  const weights = join(folder, 'model.safetensors');
  if (tensors) writeSafetensors(weights, tensors(readSafetensors(weights).tensors));
  const file = join(folder, 'config.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...config }));
  return folder;
}

const renamed =
  (rename: (name: string) => string) =>
  (tensors: Tensors): Tensors =>
    Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [rename(name), tensor]));

const without =
  (pattern: RegExp) =>
  (tensors: Tensors): Tensors =>
    Object.fromEntries(Object.entries(tensors).filter(([name]) => !pattern.test(name)));

const zeros = (...shape: number[]): Tensor => ({
  shape,
  data: new Float32Array(shape.reduce((size, dim) => size * dim, 1)),
});

/** Two shards and their index, made of the one file. */
function sharded(folder: string, weightMap: (map: Record<string, string>) => Record<string, string>): string {
  const { tensors } = readSafetensors(join(folder, 'model.safetensors'));
  const names = Object.keys(tensors);
  const shards = [names.filter((_, i) => i % 2 === 0), names.filter((_, i) => i % 2 === 1)];
  const map: Record<string, string> = {};
  for (const [i, held] of shards.entries()) {
    const file = `model-0000${i + 1}-of-00002.safetensors`;
    writeSafetensors(
      join(folder, file),
      Object.fromEntries(held.map((name): [string, Tensor] => [name, tensors[name]!])),
    );
    for (const name of held) map[name] = file;
  }
  rmSync(join(folder, 'model.safetensors'));
  const index = { metadata: { total_size: 1 }, weight_map: weightMap(map) };
  writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify(index));
  return folder;
}

function weightsOf(folder: string) {
  const checkpoint = openCheckpoint(folder);
  try {
    const { specs } = classifierProgram(checkpoint.config, checkpoint.labels?.length ?? 1);
    return readWeights(
      checkpoint,
      specs.filter(({ name }) => checkpoint.parameters.has(name)),
    );
  } finally {
    checkpoint.close();
  }
}

describe('a checkpoint', () => {
  const bert = weightsOf(encoderFixture('bert').folder);

  it('has all parameters and the labels of the classifier that it is of', () => {
    const checkpoint = openCheckpoint(encoderFixture('bert').folder);
    expect(checkpoint.labels).toEqual(['ham', 'spam', 'other']);
    const { specs } = classifierProgram(checkpoint.config, 3);
    expect([...checkpoint.parameters].sort()).toEqual(specs.map(({ name }) => name).sort());
    expect(() => checkpoint.read('head.output.bias', new Float32Array(4))).toThrow('head.output.bias');
    expect(() => checkpoint.read('layers.2.attention.key.bias', new Float32Array(16))).toThrow('layers.2');
    checkpoint.close();
    expect(() => checkpoint.read('head.output.bias', new Float32Array(3))).toThrow();
  });

  it('gives matrices turned, and tables as they are', () => {
    const { tensors } = readSafetensors(join(encoderFixture('bert').folder, 'model.safetensors'));
    const theirs = tensors['bert.encoder.layer.1.intermediate.dense.weight']!;
    expect(theirs.shape).toEqual([40, 16]);
    const ours = bert['layers.1.feedForward.hidden.weight']!.data;
    expect([ours[0], ours[1], ours[40]]).toEqual([theirs.data[0], theirs.data[16], theirs.data[1]]);
    expect(bert['embedding.weight']!.data).toEqual(tensors['bert.embeddings.word_embeddings.weight']!.data);
  });

  const same: readonly (readonly [what: string, folder: () => string])[] = [
    ['shards', () => sharded(changed('bert', {}), (map) => map)],
    [
      'an encoder without prefix, with buffers',
      () =>
        changed('bert', {
          tensors: (tensors) => ({
            ...renamed((name) => name.replace(/^bert\./, ''))(tensors),
            'embeddings.position_ids': { shape: [1, 12], data: new BigInt64Array(12) },
          }),
        }),
    ],
    [
      "TensorFlow's names of norms",
      () =>
        changed('bert', {
          tensors: renamed((name) =>
            name.replace('LayerNorm.weight', 'LayerNorm.gamma').replace('LayerNorm.bias', 'LayerNorm.beta'),
          ),
        }),
    ],
    [
      'heads of pretraining',
      () =>
        changed('bert', {
          tensors: (tensors) => ({
            ...tensors,
            'cls.predictions.bias': zeros(40),
            'cls.seq_relationship.weight': zeros(2, 16),
          }),
        }),
    ],
  ];
  it.each(same)('is the same with %s', (_, folder) => {
    expect(weightsOf(folder())).toEqual(bert);
  });

  it('needs no head', () => {
    const encoder = Object.keys(bert).filter((name) => !name.startsWith('head.'));
    const folder = changed('bert', { tensors: without(/pooler|classifier/) });
    const checkpoint = openCheckpoint(folder);
    expect(checkpoint.labels).toBeUndefined();
    expect([...checkpoint.parameters].sort()).toEqual(encoder.sort());
    checkpoint.close();
  });

  const heads: readonly (readonly [what: string, name: EncoderName, change: Change, left: string[]])[] = [
    [
      'for tokens',
      'bert',
      { config: { architectures: ['BertForTokenClassification'] } },
      ['head.dense.weight', 'head.dense.bias'],
    ],
    [
      'for tokens, of RoBERTa',
      'roberta',
      {
        config: { architectures: ['RobertaForTokenClassification'] },
        tensors: (tensors) => ({ ...without(/classifier/)(tensors), 'classifier.weight': zeros(9, 16) }),
      },
      [],
    ],
    [
      'for masked words, of DistilBERT',
      'distilbert',
      {
        config: { architectures: ['DistilBertForMaskedLM'] },
        tensors: (tensors) => ({
          ...without(/classifier/)(tensors),
          'vocab_transform.weight': zeros(16, 16),
          'vocab_projector.bias': zeros(40),
        }),
      },
      [],
    ],
    [
      'without a bias',
      'bert',
      { tensors: without(/classifier.bias/) },
      ['head.dense.weight', 'head.dense.bias'],
    ],
  ];
  it.each(heads)('does not offer a head %s', (_, name, change, left) => {
    const checkpoint = openCheckpoint(changed(name, change));
    expect(checkpoint.labels).toBeUndefined();
    expect([...checkpoint.parameters].filter((parameter) => parameter.startsWith('head.'))).toEqual(left);
    checkpoint.close();
  });

  it("has transformers' own labels where it names none", () => {
    const checkpoint = openCheckpoint(changed('bert', { config: { id2label: undefined } }));
    expect(checkpoint.labels).toEqual(['LABEL_0', 'LABEL_1', 'LABEL_2']);
    checkpoint.close();
  });
});

describe('floats', () => {
  const file = openSafetensors(
    fileURLToPath(new URL('../fixtures/pretrained/encoders/floats.safetensors', import.meta.url)),
  );

  it.each(['f16', 'bf16'])('of the type %s are read as PyTorch reads them', (name) => {
    const [entry, wide] = [file.entries.get(name)!, file.entries.get(`${name} in 32 bits`)!];
    const [found, expected] = [entry, wide].map((of) => {
      const into = new Float32Array(of.shape[0]!);
      readFloats(file, of, into, false);
      return into;
    });
    expect(found!.length).toBeGreaterThan(400);
    expect(found).toEqual(expected);
  });

  it.each([
    ['of several blocks', 701, 1003],
    ['of one row', 1, 70],
    ['of one column', 70, 1],
    ['with rows longer than a block', 3, 300_000],
  ])('of a matrix %s are turned', (_, rows, columns) => {
    const path = join(temporaryFolder(), 'matrix.safetensors');
    const data = Float32Array.from({ length: rows * columns }, (_, i) => i);
    writeSafetensors(path, { matrix: { shape: [rows, columns], data } });
    const matrix = openSafetensors(path);
    const into = new Float32Array(rows * columns);
    readFloats(matrix, matrix.entries.get('matrix')!, into, true);
    matrix.close();
    const wrong = data.findIndex(
      (value) => into[(value % columns) * rows + Math.floor(value / columns)] !== value,
    );
    expect(wrong).toBe(-1);
  });
});

describe('a checkpoint that cannot be used', () => {
  const query = 'bert.encoder.layer.1.attention.self.query.weight';
  const broken: readonly (readonly [what: string, folder: () => string, words: readonly string[]])[] = [
    [
      'lacks a tensor',
      () => changed('bert', { tensors: without(/layer\.1\.output\.dense\.bias/) }),
      [
        '1 tensor of the encoder is missing',
        '"bert.encoder.layer.1.output.dense.bias"',
        '2 layers of 16 units',
      ],
    ],
    [
      'lacks a layer',
      () => changed('bert', { config: { num_hidden_layers: 3 } }),
      ['16 tensors of the encoder are missing', 'layer.2', 'and 13 more'],
    ],
    [
      'has a layer too many',
      () => changed('bert', { config: { num_hidden_layers: 1 } }),
      ['16 tensors that such an encoder does not have', 'layer.1', 'config.json says: bert, 1 layer of'],
    ],
    [
      'has a tensor of another kind of encoder',
      () => changed('bert', { tensors: (tensors) => ({ ...tensors, 'bert.rotary.frequencies': zeros(4) }) }),
      ['1 tensor that such an encoder does not have: "bert.rotary.frequencies"'],
    ],
    [
      'has a matrix of another shape',
      () => changed('bert', { tensors: (tensors) => ({ ...tensors, [query]: zeros(16, 15) }) }),
      [`${query} has the shape [16, 15] instead of [16, 16]`],
    ],
    [
      'has fewer words than it says',
      () => changed('roberta', { config: { vocab_size: 41 } }),
      ['word_embeddings.weight has the shape [40, 16] instead of [41, 16]', '41 tokens'],
    ],
    [
      'has a head of another width',
      () => changed('bert', { tensors: (tensors) => ({ ...tensors, 'classifier.weight': zeros(3, 8) }) }),
      ['classifier.weight has the shape [3, 8] instead of [3, 16]'],
    ],
    [
      'holds quantized weights',
      () =>
        changed('bert', {
          tensors: (tensors) => ({ ...tensors, [query]: { shape: [16, 16], data: new Int32Array(256) } }),
        }),
      [`${query} has the type I32 instead of one of F32, F16, BF16`, 'take the original checkpoint'],
    ],
    [
      'has a tensor under two names',
      () =>
        changed('bert', {
          tensors: (tensors) => ({ ...tensors, 'embeddings.LayerNorm.weight': zeros(16) }),
        }),
      ['"bert.embeddings.LayerNorm.weight"', '"embeddings.LayerNorm.weight"', 'the same tensor twice'],
    ],
    [
      'lacks a shard',
      () => {
        const folder = sharded(changed('bert', {}), (map) => map);
        rmSync(join(folder, 'model-00002-of-00002.safetensors'));
        return folder;
      },
      ['the shard model-00002-of-00002.safetensors is missing', 'index.json'],
    ],
    [
      'has an index that names what is not there',
      () => sharded(changed('bert', {}), (map) => ({ ...map, ghost: Object.values(map)[0]! })),
      ['the tensor "ghost" is not in model-00001-of-00002.safetensors'],
    ],
    [
      'has an index that leaves the folder',
      () => sharded(changed('bert', {}), (map) => ({ ...map, [query]: '../model.safetensors' })),
      ['"../model.safetensors" is not the name of a .safetensors file in this folder'],
    ],
    [
      "leaves it by the other system's path",
      () => sharded(changed('bert', {}), (map) => ({ ...map, [query]: '..\\model.safetensors' })),
      ['is not the name of a .safetensors file in this folder'],
    ],
    [
      'has a pickle for a shard',
      () => sharded(changed('bert', {}), (map) => ({ ...map, [query]: 'pytorch_model.bin' })),
      ['"pytorch_model.bin" is not the name of a .safetensors file in this folder'],
    ],
    [
      'has an index that is cut off',
      () => {
        const folder = sharded(changed('bert', {}), (map) => map);
        const index = join(folder, 'model.safetensors.index.json');
        writeFileSync(index, readFileSync(index).subarray(0, 100));
        return folder;
      },
      ["The checkpoint's list of its shards is wrong", 'JSON'],
    ],
    [
      'has an index without a list',
      () => {
        const folder = sharded(changed('bert', {}), (map) => map);
        writeFileSync(join(folder, 'model.safetensors.index.json'), '{"weight_map": []}');
        return folder;
      },
      ['"weight_map" must name the file of each tensor'],
    ],
    [
      'is cut off',
      () => {
        const folder = changed('bert', {});
        const weights = join(folder, 'model.safetensors');
        writeFileSync(weights, readFileSync(weights).subarray(0, 20_000));
        return folder;
      },
      ['This is no whole safetensors file', 'bytes of data instead of'],
    ],
    [
      'has a header that is cut off',
      () => {
        const folder = changed('bert', {});
        const weights = join(folder, 'model.safetensors');
        writeFileSync(weights, readFileSync(weights).subarray(0, 200));
        return folder;
      },
      ['its header cannot have'],
    ],
    [
      'is a pickle',
      () => {
        const folder = changed('bert', {});
        renameSync(join(folder, 'model.safetensors'), join(folder, 'pytorch_model.bin'));
        return folder;
      },
      [
        'only as pytorch_model.bin; expected model.safetensors',
        'safe_serialization=True',
        'another revision',
      ],
    ],
    [
      'has no weights',
      () => {
        const folder = changed('bert', {});
        rmSync(join(folder, 'model.safetensors'));
        return folder;
      },
      ['no weights: expected model.safetensors or model.safetensors.index.json'],
    ],
    ['has no configuration', temporaryFolder, ['config.json does not exist', 'A checkpoint is a folder']],
  ];
  it.each(broken)('because it %s is explained', (_, folder, words) => {
    const path = folder();
    const error = humanErrorOf(() => openCheckpoint(path));
    for (const word of words) expect(formatError(error)).toContain(word);
    expect(error.place?.file.startsWith(path)).toBe(true);
  });

  const seed = 11;
  it(`is opened or explained, whatever bytes of its files are garbled or cut off (seed ${seed})`, () => {
    const random = seededRandom(seed);
    const below = (limit: number) => Math.floor(random() * limit);
    const folder = sharded(changed('albert', {}), (map) => map);
    const files = ['config.json', 'model.safetensors.index.json', 'model-00001-of-00002.safetensors'].map(
      (name) => ({ path: join(folder, name), original: readFileSync(join(folder, name)) }),
    );
    const mutations: ((bytes: Buffer) => Buffer)[] = [
      (bytes) => {
        bytes[below(Math.min(4_000, bytes.length))] = below(256);
        return bytes;
      },
      (bytes) => {
        bytes[below(Math.min(4_000, bytes.length))] = '0123456789-.,:[]{}"e'.charCodeAt(below(20));
        return bytes;
      },
      (bytes) => bytes.subarray(0, below(bytes.length + 1)),
      (bytes) => {
        const at = below(bytes.length);
        return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(5))]);
      },
    ];
    const ends = { opened: 0, explained: 0 };
    for (let round = 0; round < 800; round++) {
      const { path, original } = files[below(files.length)]!;
      let bytes: Buffer = Buffer.from(original);
      for (let left = 1 + below(2); left > 0 && bytes.length > 0; left--) {
        bytes = mutations[below(mutations.length)]!(bytes);
      }
      writeFileSync(path, bytes);
      try {
        weightsOf(folder);
        ends.opened++;
      } catch (error) {
        if (!(error instanceof HumanError)) throw new Error(`Round ${round}, seed ${seed}`, { cause: error });
        ends.explained++;
      } finally {
        writeFileSync(path, original);
      }
    }
    expect(ends.opened).toBeGreaterThan(100);
    expect(ends.explained).toBeGreaterThan(300);
  });
});
