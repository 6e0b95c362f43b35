import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { HumanError } from '../../src/protocol/human-error';
import { readSafetensors, type Tensor, writeSafetensors } from '../../src/runs/safetensors';
import { humanErrorOf, seededRandom, temporaryFolder } from './support';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/safetensors/${name}`, import.meta.url));

const small: Record<string, Tensor> = {
  'embedding.weight': {
    shape: [4, 3],
    data: Float32Array.of(-0.5, -0.375, -0.25, -0.125, 0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875),
  },
  größe: { shape: [3], data: Float32Array.of(2.5e-8, -3.4e38, Number.POSITIVE_INFINITY) },
  step: { shape: [], data: BigInt64Array.of(9007199254740993n) },
  counts: { shape: [1, 2], data: Int32Array.of(-1, 2147483647) },
  empty: { shape: [0, 7], data: new Float32Array(0) },
};

describe('readSafetensors', () => {
  it('reads what the Python library wrote', () => {
    expect(readSafetensors(fixture('small.safetensors'))).toEqual({
      tensors: small,
      metadata: { format: 'pt', name: 'ein Text mit Umlauten: äöü' },
    });
  });

  it('names the type that it cannot read', () => {
    const error = humanErrorOf(() => readSafetensors(fixture('half.safetensors')));
    expect(error.message).toContain('half has the type F16');
  });

  it('names a missing file and a folder', () => {
    const folder = temporaryFolder();
    const missing = join(folder, 'model.safetensors');
    expect(humanErrorOf(() => readSafetensors(missing)).place).toEqual({ file: missing });
    expect(humanErrorOf(() => readSafetensors(folder)).place).toEqual({ file: folder });
  });
});

describe('writeSafetensors', () => {
  it('writes a file as the format describes it', () => {
    const folder = temporaryFolder();
    const file = join(folder, 'model.safetensors');
    // A view into the middle of a larger buffer must give its own numbers only.
    const view = new Float32Array([9, 9, 1, 2, 9]).subarray(2, 4);
    writeSafetensors(file, { ...small, view: { shape: [2], data: view } }, { epoch: '3' });
    expect(readdirSync(folder)).toEqual(['model.safetensors']);

    const bytes = readFileSync(file);
    const headerLength = Number(bytes.readBigUInt64LE(0));
    const dataStart = 8 + headerLength;
    expect(dataStart % 8).toBe(0);
    const text = bytes.toString('utf8', 8, dataStart);
    expect(text).toMatch(/^\{.*\} *$/);
    const { __metadata__, ...header } = JSON.parse(text);
    expect(__metadata__).toEqual({ epoch: '3' });
    const parts: { dtype: string; shape: number[]; data_offsets: [number, number] }[] = Object.values(header);
    const ranges = parts.map((part) => part.data_offsets).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    expect(ranges[0]![0]).toBe(0);
    for (const [index, range] of ranges.entries()) {
      expect(range[1]).toBe(ranges[index + 1]?.[0] ?? bytes.length - dataStart);
    }
    for (const [name, { dtype, data_offsets }] of Object.entries<(typeof parts)[0]>(header)) {
      expect(data_offsets[0] % (dtype === 'I64' ? 8 : 4), name).toBe(0);
    }
    const at = (name: string) => dataStart + header[name].data_offsets[0];
    expect(header.step).toMatchObject({ dtype: 'I64', shape: [] });
    expect(bytes.readBigInt64LE(at('step'))).toBe(9007199254740993n);
    expect(header.counts).toMatchObject({ dtype: 'I32', shape: [1, 2] });
    expect(bytes.readInt32LE(at('counts') + 4)).toBe(2147483647);
    expect(header['embedding.weight']).toMatchObject({ dtype: 'F32', shape: [4, 3] });
    expect(bytes.readFloatLE(at('embedding.weight') + 44)).toBe(0.875);
    expect([bytes.readFloatLE(at('view')), bytes.readFloatLE(at('view') + 4)]).toEqual([1, 2]);
    expect(header.view.data_offsets[1] - header.view.data_offsets[0]).toBe(8);
  });

  const files: { what: string; tensors: Record<string, Tensor>; metadata: Record<string, string> }[] = [
    { what: 'every type', tensors: small, metadata: { a: 'b' } },
    { what: 'nothing', tensors: {}, metadata: {} },
    {
      what: 'names like those of objects',
      tensors: {
        constructor: { shape: [1], data: Float32Array.of(3) },
        0: { shape: [], data: Int32Array.of(1) },
      },
      metadata: {},
    },
  ];
  it.each(files)('is read back whole: $what', ({ tensors, metadata }) => {
    const file = join(temporaryFolder(), 'model.safetensors');
    writeSafetensors(file, tensors, metadata);
    expect(readSafetensors(file)).toEqual({ tensors, metadata });
  });

  it('writes tensors that are made one after the other, as it writes those that are there', () => {
    const folder = temporaryFolder();
    const [there, made] = [join(folder, 'there'), join(folder, 'made')];
    writeSafetensors(there, {
      b: { shape: [2], data: Float32Array.of(1, 2) },
      a: { shape: [1], data: Float32Array.of(3) },
    });
    const order: string[] = [];
    const later = (name: string, ...numbers: number[]) => ({
      shape: [numbers.length],
      make: () => {
        order.push(name);
        return Float32Array.from(numbers);
      },
    });
    writeSafetensors(made, { b: later('b', 1, 2), a: later('a', 3) });
    expect(readFileSync(made)).toEqual(readFileSync(there));
    expect(order).toEqual(['a', 'b']);
    const short = { shape: [3], make: () => new Float32Array(2) };
    expect(() => writeSafetensors(made, { short })).toThrow('short has 2 numbers');
    expect(readFileSync(made)).toEqual(readFileSync(there));
  });

  it('refuses a shape that does not hold the numbers', () => {
    const file = join(temporaryFolder(), 'model.safetensors');
    expect(() => writeSafetensors(file, { bias: { shape: [3], data: new Float32Array(2) } })).toThrow('bias');
  });

  it('says so where it cannot write', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'model.safetensors', 'full'), { recursive: true });
    humanErrorOf(() => writeSafetensors(join(folder, 'model.safetensors'), small));
    expect(readdirSync(folder)).toEqual(['model.safetensors']);
  });
});

describe('a broken file', () => {
  const part = (dtype: string, shape: unknown, data_offsets: unknown) => ({ dtype, shape, data_offsets });

  it.each([
    { what: 'is empty', header: undefined, data: 0, words: '0 bytes' },
    { what: 'has no object', header: '[]', data: 0, words: 'JSON object' },
    { what: 'has half a header', header: '{"a":', data: 0, words: 'JSON object' },
    { what: 'has an entry that is none', header: { a: 3 }, data: 0, words: 'wrong at a' },
    { what: 'has a negative size', header: { a: part('F32', [-1], [0, 4]) }, data: 4, words: 'a.shape' },
    { what: 'has half a size', header: { a: part('F32', [0.5], [0, 2]) }, data: 2, words: 'a.shape' },
    { what: 'ends before it begins', header: { a: part('F32', [1], [4, 0]) }, data: 4, words: '-4 bytes' },
    {
      what: 'points behind the end',
      header: { a: part('F32', [2], [0, 8]) },
      data: 4,
      words: '4 bytes of data instead of 8',
    },
    {
      what: 'claims more than any memory',
      header: { a: part('F32', [2 ** 40], [0, 2 ** 42]) },
      data: 4,
      words: 'bytes of data',
    },
    {
      what: 'has data that nothing describes',
      header: { a: part('F32', [1], [0, 4]) },
      data: 8,
      words: 'instead of 4',
    },
    {
      what: 'has a gap',
      header: { a: part('F32', [1], [0, 4]), b: part('F32', [1], [8, 12]) },
      data: 12,
      words: 'begins at 8, not at 4',
    },
    {
      what: 'overlaps',
      header: { a: part('F32', [2], [0, 8]), b: part('F32', [2], [4, 12]) },
      data: 12,
      words: 'begins at 4, not at 8',
    },
    { what: 'contradicts its shape', header: { a: part('F32', [3], [0, 4]) }, data: 4, words: '[3]' },
    { what: 'has no known type', header: { a: part('toString', [1], [0, 4]) }, data: 4, words: 'toString' },
    { what: 'has odd metadata', header: { __metadata__: { a: 1 } }, data: 0, words: 'metadata' },
  ])('that $what is explained', ({ header, data, words }) => {
    const file = join(temporaryFolder(), 'broken.safetensors');
    const text = Buffer.from(typeof header === 'string' ? header : (JSON.stringify(header) ?? ''));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    writeFileSync(file, header === undefined ? '' : Buffer.concat([length, text, Buffer.alloc(data)]));
    const error = humanErrorOf(() => readSafetensors(file));
    expect(error.message).toContain(words);
    expect(error.place).toEqual({ file });
  });

  it('whose header claims an absurd length is explained', () => {
    const file = join(temporaryFolder(), 'broken.safetensors');
    writeFileSync(file, Buffer.alloc(64, 0xff));
    expect(humanErrorOf(() => readSafetensors(file)).message).toContain('header cannot have');
  });

  const seed = 3;
  it(`is read or explained, whatever bytes are changed, lost or added (seed ${seed})`, () => {
    const random = seededRandom(seed);
    const below = (limit: number) => Math.floor(random() * limit);
    const original = readFileSync(fixture('small.safetensors'));
    const headerEnd = 8 + Number(original.readBigUInt64LE(0));
    const file = join(temporaryFolder(), 'mutated.safetensors');
    const mutations: ((bytes: Buffer) => Buffer)[] = [
      (bytes) => {
        bytes[below(bytes.length)] = below(256);
        return bytes;
      },
      (bytes) => {
        // Digits and punctuation break numbers and structure more often than any byte does.
        bytes[8 + below(headerEnd - 8)] = '0123456789-.,:[]{}"e'.charCodeAt(below(20));
        return bytes;
      },
      (bytes) => bytes.subarray(0, below(bytes.length + 1)),
      (bytes) => Buffer.concat([bytes, Buffer.alloc(1 + below(9))]),
      (bytes) => {
        const at = below(bytes.length);
        return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(5))]);
      },
    ];
    const ends = { read: 0, explained: 0 };
    for (let round = 0; round < 3_000; round++) {
      let bytes: Buffer = Buffer.from(original);
      for (let left = 1 + below(3); left > 0 && bytes.length > 0; left--) {
        bytes = mutations[below(mutations.length)]!(bytes);
      }
      writeFileSync(file, bytes);
      try {
        for (const { shape, data } of Object.values(readSafetensors(file).tensors)) {
          expect(data).toHaveLength(shape.reduce((total, size) => total * size, 1));
        }
        ends.read++;
      } catch (error) {
        if (!(error instanceof HumanError)) throw new Error(`Round ${round}, seed ${seed}`, { cause: error });
        ends.explained++;
      }
    }
    expect(ends.read).toBeGreaterThan(30);
    expect(ends.explained).toBeGreaterThan(1_000);
  });
});
