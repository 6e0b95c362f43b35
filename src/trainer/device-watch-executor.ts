import { setImmediate as nextTurn } from 'node:timers/promises';
import { DeviceError, type DeviceTrouble } from '../runtime/device-error';
import {
  type DeviceExecutable,
  type DeviceExecutor,
  type Executable,
  type Executor,
  isDevice,
} from '../runtime/executor';
import type { CallMarks, Patience } from './device-watch';

/** The same executor with each of its calls marked, so that another thread notices one that does not come back. */
export function watched(executor: Executor, marks: CallMarks): Executor {
  const calls = new Calls(marks);
  const plain = watchedPlain(executor, calls);
  return isDevice(executor) ? { ...plain, ...watchedDevice(executor, calls) } : plain;
}

function watchedPlain(executor: Executor, calls: Calls): Executor {
  const { name, threads } = executor;
  const compile: Executor['compile'] = async (program, weights) =>
    watchedRuns(await calls.make('first', () => executor.compile(program, weights)), calls);
  // One is all that a device has of a program.
  return { name, threads, compile, compileCopies: async (program) => [await compile(program)] };
}

function watchedDevice(executor: DeviceExecutor, calls: Calls): Omit<DeviceExecutor, keyof Executor> {
  return {
    isDevice: true,
    hasHalf: executor.hasHalf,
    compileKept: async (program, options) =>
      watchedSteps(await calls.make('first', () => executor.compileKept(program, options)), calls),
    upload: (tensor) => calls.make('call', () => executor.upload(tensor)),
    download: (tensor) => calls.make('call', () => executor.download(tensor)),
    fallbacks: () => executor.fallbacks(),
    close: () => calls.free(() => executor.close()),
  };
}

function watchedRuns(inner: Executable, calls: Calls, once = new FirstRun(calls)): Executable {
  return {
    run: (feeds, into) => once.run(() => inner.run(feeds, into)),
    release: () => calls.free(() => inner.release()),
  };
}

function watchedSteps(inner: DeviceExecutable, calls: Calls): DeviceExecutable {
  const once = new FirstRun(calls);
  return { ...watchedRuns(inner, calls, once), step: (feeds) => once.run(() => inner.step(feeds)) };
}

/** All that is asked of one device. */
class Calls {
  #trouble: DeviceTrouble | undefined;

  constructor(private readonly marks: CallMarks) {}

  async make<Result>(kind: keyof Patience, call: () => Promise<Result>): Promise<Result> {
    try {
      return await this.marks.during(kind, call);
    } catch (error) {
      if (error instanceof DeviceError) this.#trouble ??= error.trouble;
      throw error;
    }
  }

  /**
   * Gives something back. After trouble that never hides what had happened: errors are dropped, and a device that is
   * lost is not asked any more.
   */
  async free(call: () => Promise<void>): Promise<void> {
    if (this.#trouble === 'lost') return;
    const hadTrouble = this.#trouble !== undefined;
    try {
      await this.make('call', call);
    } catch (error) {
      if (!hadTrouble) throw error;
    }
  }
}

/** The runs of one program, of which the first one compiles and may take longer. */
class FirstRun {
  #kind: keyof Patience = 'first';

  constructor(private readonly calls: Calls) {}

  async run<Result>(run: () => Promise<Result>): Promise<Result> {
    const result = await this.calls.make(this.#kind, run);
    this.#kind = 'call';
    // Some devices answer within the call: without this, timers of this thread would never have their turn, which
    // stop a run that is asked to and tell that it lives.
    await nextTurn();
    return result;
  }
}
