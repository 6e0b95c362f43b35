import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { type ModelProto, StringStringEntryProtoSchema } from 'onnx-buf';
import { afterAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { writeForm } from '../../src/export/network-files';
import { input, matmul } from '../../src/graph/build';
import { toOnnxModel } from '../../src/onnx/model';
import { readModel } from '../../src/onnx/read';
import { modelChunks, modelFiles } from '../../src/onnx/write';
import { HumanError } from '../../src/protocol/human-error';

const folder = mkdtempSync(join(tmpdir(), 'textclf-network-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const size = 64;
const [x, first, second] = [
  input('x', ['batch', size]),
  input('first', [size, size]),
  input('second', [size, 3]),
];
const random = createRandom(5);
const data = new Map(
  [first, second].map(({ name, shape }) => {
    const length = (shape as number[]).reduce((a, b) => a * b, 1);
    return [name!, Float32Array.from({ length }, () => random.normal())] as const;
  }),
);
const outputs = { y: matmul(matmul(x, first), second) };
const model = toOnnxModel({ name: 'two', inputs: [x, first, second], outputs }, data, { standard: true });

/** Where a tensor lies in the file beside the model, `undefined` where the entry is left out. */
type Place = Record<string, string | undefined>;

/** Writes the network with its weights beside it, after `change` has moved the last of them; gives its path. */
function withPlace(name: string, change: (place: Place) => Place): string {
  const file = join(folder, `${name}.onnx`);
  const files = modelFiles(model, `${name}.onnx_data`, 1000);
  writeFileSync(`${file}_data`, Buffer.concat(files.data!));
  const places: Place[] = [];
  // Read without its weights, so that what says where they lie can be written anew.
  const { graph, ...rest } = readModel(Buffer.concat(files.model), (_, offset, length) => {
    places.push({ location: `${name}.onnx_data`, offset: `${offset}`, length: `${length}` });
    return new Uint8Array();
  });
  const initializer = graph!.initializer.map((tensor, i) => {
    const { rawData: _, ...bare } = tensor;
    const place = i === places.length - 1 ? change(places[i]!) : places[i]!;
    const externalData = Object.entries(place).flatMap(([key, value]) =>
      value === undefined ? [] : [create(StringStringEntryProtoSchema, { key, value })],
    );
    return { ...bare, dataLocation: 1, externalData };
  });
  const changed = { ...rest, graph: { ...graph!, initializer } } as ModelProto;
  writeFileSync(file, Buffer.concat(modelChunks(changed)));
  return file;
}

function halved(name: string, change: (place: Place) => Place): Buffer {
  const target = join(folder, `${name}_fp16.onnx`);
  writeForm(withPlace(name, change), 'fp16', target);
  return readFileSync(target);
}

describe('weights beside a network', () => {
  it('reach to the end of their file where their length is left out', () => {
    const whole = halved('whole', (place) => place);
    expect(halved('open', ({ length: _, ...place }) => place)).toEqual(whole);
  });

  it.each<[string, Place]>([
    ['before the file', { offset: '-4' }],
    ['at no number', { offset: 'x' }],
    ['between two bytes', { offset: '0.5' }],
    ['of a negative length', { length: '-1' }],
    ['of no length', { length: '' }],
    ['of an endless length', { length: '1e300' }],
    ['beyond every file', { offset: '99999999999999999999' }],
    ['beyond its own file', { offset: '999999999999999', length: undefined }],
    ['larger than its file', { length: '999999999999999' }],
  ])('%s are refused in words', (_, place) => {
    let error: unknown;
    try {
      halved('hostile', (before) => ({ ...before, ...place }));
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(HumanError);
    expect((error as HumanError).message).toMatch(/its weights/);
  });
});
