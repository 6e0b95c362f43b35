import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as g from '../../../src/graph/build';
import type { Value } from '../../../src/graph/ops';
import type { Program } from '../../../src/graph/program';
import { scan } from '../../../src/graph/scan';
import { DeviceError } from '../../../src/runtime/device-error';
import { type DeviceTensor, floatTensor, isDevice } from '../../../src/runtime/executor';
import { tensorflowExecutor } from '../../../src/runtime/tensorflow/executor';
import type { Tf } from '../../../src/runtime/tensorflow/tf';
import { expectClose } from '../../support/close';
import { intTensor, executor as onnxruntime } from '../../support/run';
import { javascriptExecutor as executor, tf } from '../../support/tensorflow';

const f = floatTensor;
const program = (inputs: readonly Value[], outputs: Record<string, Value>): Program => ({
  name: 'test',
  inputs,
  outputs,
});

let before: number;
beforeEach(() => {
  before = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors, 'tensors that nothing holds').toBe(before);
});

describe('tensors that stay on the device', () => {
  const weight = g.input('weight', [2]);
  const step = g.input('step', [2]);
  const next = g.sub(weight, step);
  const update = program([weight, step], { next, norm: g.sum(g.mul(next, next), [0]) });

  it('go from step to step, and only what is wanted comes back', async () => {
    expect(isDevice(executor)).toBe(true);
    const executable = await executor.compileKept(update, { kept: ['next'] });
    let held = await executor.upload(f([2], [10, 20]));
    for (const norm of [81 + 324, 64 + 256]) {
      const { results, kept } = await executable.step({ weight: held, step: f([2], [1, 2]) });
      expect(Object.keys(results)).toEqual(['norm']);
      expect([results.norm!.shape, Array.from(results.norm!.data, Number)]).toEqual([[], [norm]]);
      held.release();
      held = kept.next!;
      expect([held.isOnDevice, held.dtype, held.shape]).toEqual([true, 'float32', [2]]);
    }
    expect((await executor.download(held)).data).toEqual(Float32Array.of(8, 16));
    held.release();
    await executable.release();
  });

  it('are left as they are by a step, and all come back from a run', async () => {
    const executable = await executor.compileKept(update, { kept: ['next'] });
    const held = await executor.upload(f([2], [10, 20]));
    for (let i = 0; i < 2; i++) {
      const { kept } = await executable.step({ weight: held, step: f([2], [1, 2]) });
      kept.next!.release();
    }
    expect((await executor.download(held)).data).toEqual(Float32Array.of(10, 20));
    held.release();
    const all = await executable.run({ weight: f([2], [1, 1]), step: f([2], [0, 1]) });
    expect(Object.values(all).map(({ data }) => Array.from(data, Number))).toEqual([[1, 0], [1]]);
  });

  it('are memory of their own, whatever becomes of what they were made of', async () => {
    const x = g.input('x', [2]);
    const same = g.reshape(x, [1, 2]);
    // An input, a view of it, and the view once more.
    const executable = await executor.compileKept(program([x], { x, same, again: same, told: same }), {
      kept: ['x', 'same', 'again'],
    });
    const source = f([2], [1, 2]);
    const uploaded = await executor.upload(source);
    const fed = await executable.step({ x: source });
    const passed = await executable.step({ x: uploaded });
    source.data.fill(0);
    (fed.results.told!.data as Float32Array).fill(0);
    (passed.results.told!.data as Float32Array).fill(0);
    uploaded.release();
    for (const { kept } of [fed, passed]) {
      for (const tensor of Object.values(kept)) {
        expect((await executor.download(tensor)).data).toEqual(Float32Array.of(1, 2));
        tensor.release();
      }
    }
  });

  it('are whole numbers too', async () => {
    const x = g.input('x', [3]);
    const at = g.argMax(x, 0);
    const executable = await executor.compileKept(program([x], { at, range: g.range(3) }), { kept: ['at'] });
    const { results, kept } = await executable.step({ x: f([3], [1, 5, 2]) });
    expect(results.range).toEqual({ dtype: 'int64', shape: [3], data: BigInt64Array.of(0n, 1n, 2n) });
    expect(await executor.download(kept.at!)).toEqual({
      dtype: 'int64',
      shape: [],
      data: BigInt64Array.of(1n),
    });
    kept.at!.release();
  });

  it('must be its own', async () => {
    const executable = await executor.compile(update);
    const strange: DeviceTensor = { dtype: 'float32', shape: [2], isOnDevice: true, release: () => {} };
    const fed = { weight: strange, step: f([2], [1, 2]) };
    await expect((await executor.compileKept(update, {})).step(fed)).rejects.toThrow('of another device');
    await executable.release();
  });
});

describe('a program', () => {
  const x = g.input('x', ['n', 2]);

  it('has weights of its own until it is released', async () => {
    const weight = g.input('weight', [2, 1]);
    const data = Float32Array.of(1, 10);
    const executable = await executor.compile(
      program([x, weight], { y: g.matmul(x, weight), weight }),
      new Map([['weight', data]]),
    );
    data.fill(0);
    for (let i = 0; i < 2; i++) {
      const { y, weight: read } = await executable.run({ x: f([2, 2], [1, 2, 3, 4]) });
      expect([...y!.data, ...read!.data]).toEqual([21, 43, 1, 10]);
    }
    await executable.release();
  });

  it('writes results where they are wanted', async () => {
    const [executable] = await executor.compileCopies(program([x], { y: g.neg(x), ids: g.argMax(x, 1) }), 4);
    const into = { y: f([1, 2]), ids: intTensor([1], [7]) };
    const results = await executable.run({ x: f([1, 2], [1, 2]) }, into);
    expect([results.y, results.ids]).toEqual([into.y, into.ids]);
    expect([...into.y.data, ...into.ids.data]).toEqual([-1, -2, 1n]);
  });

  it('says what is not fed, and what has another shape than its input', async () => {
    const z = g.input('z', ['n+1']);
    const executable = await executor.compile(program([x, z], { y: g.neg(x), z }));
    const two = f([2, 2], [1, 2, 3, 4]);
    await expect(executable.run({ x: two })).rejects.toThrow("the input 'z' is not fed");
    for (const wrong of [f([2], [1, 2]), f([1, 3], [1, 2, 3])])
      await expect(executable.run({ x: wrong, z: f([3]) })).rejects.toThrow(
        "the input 'x' has the dimensions",
      );
    await expect(executable.run({ x: two, z: f([2]) })).rejects.toThrow(
      "'z' has the dimensions [2], not [n+1]",
    );
    expect((await executable.run({ x: two, z: f([3]) })).y!.shape).toEqual([2, 2]);
  });

  it('reads a size off an axis that is longer by some', async () => {
    const z = g.input('z', ['time+2']);
    const executable = await executor.compile(
      program([z], { y: g.add(g.trim(z, 0, 1, 1), g.fill(1, ['time'])) }),
    );
    expect((await executable.run({ z: f([4], [1, 2, 3, 4]) })).y).toEqual(f([2], [3, 4]));
  });

  it('refuses whole numbers that do not fit, and inputs that it does not list', async () => {
    const ids = g.input('ids', [1], 'int64');
    const executable = await executor.compile(program([ids], { y: g.toFloat(ids) }));
    for (const large of [2 ** 31, -(2 ** 31) - 1])
      await expect(executable.run({ ids: intTensor([1], [large]) })).rejects.toThrow(`as large as ${large}`);
    const forgetful = await executor.compile(program([], { y: g.toFloat(ids) }));
    await expect(forgetful.run({})).rejects.toThrow("the input 'ids' is used but not listed");
  });

  it('refuses 16 bits', async () => {
    expect(executor.hasHalf).toBe(false);
    await expect(executor.compileKept(program([x], { x }), { half: true })).rejects.toThrow('32 bits only');
  });

  it.each([true, false])(
    'multiplies many matrices by one, of which the first is turned: %s',
    async (turned) => {
      const a = g.input('a', ['n', 2, 3]);
      const b = g.input('b', [turned ? 2 : 3, 2]);
      const made = program([a, b], { y: g.matmul(a, b, { transposeA: turned }) });
      const feeds = {
        a: f(
          [2, 2, 3],
          Array.from({ length: 12 }, (_, i) => i - 5),
        ),
        b: f(b.shape as number[], [3, -1, 4, 1, -5, 9].slice(0, turned ? 4 : 6)),
      };
      const [ours, theirs] = await Promise.all(
        [executor, onnxruntime].map(async (on) => {
          const executable = await on.compile(made);
          const { y } = await executable.run(feeds);
          await executable.release();
          return y!;
        }),
      );
      expect(ours!.shape).toEqual(theirs!.shape);
      expectClose(ours!.data as Float32Array, theirs!.data as Float32Array, 1e-6, 'y');
    },
  );
});

describe('a loop over time', () => {
  it('passes on what its step does not change, and computes what never changes once', async () => {
    const x = g.input('x', ['time', 1]);
    const c = g.input('c', [1]);
    const { carries, stacked } = scan({
      initial: [c, c],
      sequences: [x],
      captured: [c],
      // The second state is the first one before; the third result is a constant of the loop.
      step: ([a, b], [xt], [w]) => ({ carries: [g.add(a!, xt!), a!], stacked: [b!, xt!, g.exp(w!), w!] }),
    });
    const outputs = Object.fromEntries([...carries, ...stacked].map((value, i) => [`r${i}`, value]));
    const executable = await executor.compile(program([x, c], outputs));
    const exps = async (time: number) => {
      const feeds = { x: f([time, 1], Array(time).fill(1)), c: f([1], [2]) };
      let results = {};
      const { kernelNames, kernels } = await tf.profile(async () => {
        results = await executable.run(feeds);
        return [];
      });
      expect(kernelNames).toContain('Exp');
      return { results, count: kernels.filter(({ name }) => name === 'Exp').length };
    };
    const { results, count } = await exps(3);
    expect(count).toBe(1);
    const e2 = Math.fround(Math.exp(2));
    expect(results).toEqual({
      r0: f([1], [5]),
      r1: f([1], [4]),
      r2: f([3, 1], [2, 2, 3]),
      r3: f([3, 1], [1, 1, 1]),
      r4: f([3, 1], [e2, e2, e2]),
      r5: f([3, 1], [2, 2, 2]),
    });
    expect((await exps(0)).results).toEqual({
      r0: f([1], [2]),
      r1: f([1], [2]),
      ...Object.fromEntries([2, 3, 4, 5].map((i) => [`r${i}`, f([0, 1])])),
    });
  });
});

describe('memory', () => {
  const size = 1000;
  const x = g.input('x', [size]);
  /** The largest memory at any moment, in tensors of x's size. */
  async function peakOf(value: Value): Promise<number> {
    const executable = await executor.compile(program([x], { y: value }));
    const { peakBytes } = await tf.profile(async () => {
      await executable.run({ x: f([size]) });
      return [];
    });
    return peakBytes / (4 * size);
  }

  it('is free again after the last reader', async () => {
    let chain: Value = x;
    for (let i = 0; i < 50; i++) chain = g.sin(chain);
    expect(await peakOf(chain)).toBeLessThan(4);
  });

  it('is free again in the loop over time', async () => {
    const { carries } = scan({
      initial: [x],
      sequences: [g.fill(0, [50, 1])],
      captured: [],
      step: ([state], [xt]) => ({ carries: [g.sin(g.sin(g.sin(g.add(state!, xt!))))], stacked: [] }),
    });
    expect(await peakOf(carries[0]!)).toBeLessThan(6);
  });
});

describe('trouble', () => {
  const x = g.input('x', [2]);

  /** TensorFlow.js whose logarithm fails in these words. */
  const failing = (words: string): Tf => ({
    ...tf,
    log: () => {
      throw new Error(words);
    },
  });

  it.each([
    ['OOM when allocating tensor with shape[30522,768] and type float on /job:localhost', 'memory'],
    ['RESOURCE_EXHAUSTED: failed to allocate memory', 'memory'],
    ['CUDA_ERROR_ILLEGAL_ADDRESS: an illegal memory access was encountered', 'lost'],
    ['Failed to launch CUDA kernel', 'lost'],
    ['CUBLAS_STATUS_ALLOC_FAILED', 'memory'],
  ])('with the device is told as such, with nothing left behind: %s', async (words, trouble) => {
    const executable = await tensorflowExecutor(failing(words), { name: 'test' }).compile(
      program([x], { y: g.log(g.neg(g.neg(x))), z: g.exp(x) }),
    );
    const error = await executable.run({ x: f([2]) }).catch((error) => error);
    expect(error).toBeInstanceOf(DeviceError);
    expect(error.trouble).toBe(trouble);
    expect(error.message).toContain(words);
    expect(error.hint).toMatch(trouble === 'memory' ? /smaller batches/ : /driver crashed/);
  });

  it('of other kinds is not', async () => {
    const executable = await tensorflowExecutor(failing('no such thing'), { name: 'test' }).compile(
      program([x], { y: g.log(x) }),
    );
    const error = await executable.run({ x: f([2]) }).catch((error) => error);
    expect([error.name, error.message]).toEqual(['Error', 'no such thing']);
  });
});
