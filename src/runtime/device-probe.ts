import type { DeviceName } from '../protocol/devices';
import { supportedProviders } from './onnxruntime';
import { keepProbe, probeKey, readProbe } from './probe-cache';
import { askProbe } from './probe-child';
import type { Card, Probed, ProbeTask } from './probe-protocol';

/** Looks for devices, each in a process of its own and once. Nothing of it throws but for an aborted signal. */
export interface DeviceProbe {
  /** Empty where the system does not say. */
  cards(): Promise<readonly Card[]>;
  webgpu(): Promise<Probed<'webgpu'>>;
  /** The devices that onnxruntime was built for, whether or not they are there. */
  offered(): readonly DeviceName[];
  /** Another provider of onnxruntime. */
  provider(provider: DeviceName, patience?: number): Promise<Probed<'provider'>>;
  tensorflow(patience?: number): Promise<Probed<'tensorflow'>>;
}

export interface DeviceProbeOptions {
  /** The bundle of probe-main.ts; without it nothing is found. */
  readonly file: URL | undefined;
  /** Where what was found of WebGPU is kept for a day. */
  readonly cacheFolder: string;
  /** That a training has: what a device is compared with. */
  readonly threads: number;
  /** Looks anew, whatever is kept. */
  readonly isFresh?: boolean;
  /** Milliseconds until a driver is given up. */
  readonly patience?: number;
  readonly signal?: AbortSignal | undefined;
}

const notOffered: Probed<'webgpu'> = {
  isThere: false,
  trouble: 'missing',
  reason: "ONNX Runtime's package has no WebGPU for this system",
};

const usualPatience = 20_000;

/** The system itself tells of its cards, on Windows through a shell. */
const cardsPatience = 8000;

export function deviceProbe(options: DeviceProbeOptions): DeviceProbe {
  const { file, cacheFolder, threads, isFresh, patience = usualPatience, signal } = options;
  const ask = async <Task extends ProbeTask>(task: Task, limit = patience): Promise<Probed<Task['type']>> => {
    if (!file) return { isThere: false, trouble: 'unasked', reason: 'nothing looked for it' };
    return askProbe(task, { file, patience: Math.min(limit, patience), signal });
  };
  const cards = once(async () => {
    const probed = await ask({ type: 'cards' }, cardsPatience);
    return probed.isThere ? probed.found : [];
  });
  const offered = () => supportedProviders().map(({ name }) => name);
  return {
    cards,
    webgpu: once(async () => {
      if (!offered().includes('webgpu')) return notOffered;
      const probe = () => ask({ type: 'webgpu', threads });
      const probing = isFresh ? probe() : undefined;
      const key = probeKey(await cards(), threads);
      const known = isFresh ? undefined : readProbe(cacheFolder, key);
      if (known) return known;
      const probed = await (probing ?? probe());
      keepProbe(cacheFolder, key, probed);
      return probed;
    }),
    offered,
    provider: (provider, limit) => ask({ type: 'provider', provider }, limit),
    tensorflow: (limit) => ask({ type: 'tensorflow' }, limit),
  };
}

function once<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let result: Promise<Result> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}
