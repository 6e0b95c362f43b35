import { availableParallelism, cpus, totalmem } from 'node:os';
import { count, countOf } from '../protocol/count';
import type { DeviceName, FoundDevice } from '../protocol/devices';
import type { DeviceProbe } from './device-probe';
import { cardOf, cardsFor } from './hardware';
import type { Absence, Card, Probed } from './probe-protocol';

/** Milliseconds: who asks is waiting. */
const mostTime = 24_000;
const leastTime = 4000;

/** The providers of onnxruntime besides, the systems that have them, and what can be done with them. */
const providers: readonly Provider[] = [
  { device: 'cuda', title: 'CUDA', systems: ['linux', 'win32'], use: 'trains' },
  { device: 'coreml', title: 'Core ML', systems: ['darwin'], use: 'predicts' },
  { device: 'directml', title: 'DirectML', systems: ['win32'], use: 'predicts' },
];

interface Provider {
  readonly device: DeviceName;
  readonly title: string;
  readonly systems: readonly NodeJS.Platform[];
  readonly use: FoundDevice['use'];
}

const systemNames: Readonly<Record<string, string>> = { linux: 'Linux', win32: 'Windows', darwin: 'macOS' };

/**
 * All that could compute on this machine, what is not there with the reason. Takes less than 25 seconds, however a driver
 * behaves, and does not throw.
 */
export async function findDevices(
  probe: DeviceProbe,
  platform: NodeJS.Platform = process.platform,
): Promise<FoundDevice[]> {
  const startedAt = performance.now();
  // By itself: what it measures is the speed of the machine.
  const webgpu = await probe.webgpu();
  const left = Math.max(leastTime, mostTime - (performance.now() - startedAt));
  const [cards, tensorflow, ...others] = await Promise.all([
    probe.cards(),
    probe.tensorflow(left),
    ...providers.map((provider) => askProvider(provider, probe, platform, left)),
  ]);
  return [
    processor(),
    foundWebgpu(webgpu, cards),
    ...providers.map(({ device, title, use }, i): FoundDevice => {
      const found = others[i]!;
      const what = { engine: 'onnxruntime', device, title, use } as const;
      return found.isThere
        ? { ...what, isThere: true, ...detailsOf(device, cards), reason: 'Not measured.' }
        : { ...what, isThere: false, reason: whyNot(found) };
    }),
    ...foundTensorflow(tensorflow, cards),
  ];
}

function processor(): FoundDevice {
  const model = cpus()[0]?.model.trim();
  const cores = countOf(availableParallelism(), 'core');
  return {
    ...{ engine: 'onnxruntime', device: 'cpu', title: 'Processor', isThere: true, use: 'trains' },
    name: model ? `${cores} of ${model}` : cores,
    memory: totalmem(),
  };
}

function foundWebgpu(webgpu: Probed<'webgpu'>, cards: readonly Card[]): FoundDevice {
  const what = { engine: 'onnxruntime', device: 'webgpu', title: 'WebGPU', use: 'trains' } as const;
  if (!webgpu.isThere) return { ...what, isThere: false, reason: whyNot(webgpu) };
  const { speed, processorSpeed, hasHalf } = webgpu.found;
  const bits = hasHalf ? 'Computes in 16 bits too.' : 'Computes in 32 bits alone.';
  const reason = `Multiplies matrices at ${speedText(speed)}, the processor at ${speedText(processorSpeed)}. ${bits}`;
  return { ...what, isThere: true, ...detailsOf('webgpu', cards), reason };
}

function foundTensorflow(tensorflow: Probed<'tensorflow'>, cards: readonly Card[]): FoundDevice[] {
  const onProcessor = { engine: 'tensorflow', device: 'cpu', title: 'TensorFlow.js', use: 'trains' } as const;
  const onCuda = { ...onProcessor, device: 'cuda', title: 'TensorFlow.js on CUDA' } as const;
  if (!tensorflow.isThere) {
    const reason = whyNot(tensorflow);
    return [onProcessor, onCuda].map((what) => ({ ...what, isThere: false, reason }));
  }
  const { name, device } = tensorflow.found;
  return [
    { ...onProcessor, isThere: true, name },
    device === 'cuda'
      ? { ...onCuda, isThere: true, ...detailsOf('cuda', cards) }
      : { ...onCuda, isThere: false, reason: `${name} finds no card that it can use.` },
  ];
}

async function askProvider(
  { device, title, systems }: Provider,
  probe: DeviceProbe,
  platform: NodeJS.Platform,
  patience: number,
): Promise<Probed<'provider'>> {
  const no = (reason: string) => ({ isThere: false, trouble: 'missing', reason }) as const;
  if (!systems.includes(platform)) {
    return no(`${title} is for ${systems.map((system) => systemNames[system]).join(' and ')}`);
  }
  if (!probe.offered().includes(device)) {
    return no(`ONNX Runtime's package has no ${title} on this system; WebGPU uses the same cards`);
  }
  return probe.provider(device, patience);
}

/** "2,050 GFLOP/s" */
export function speedText(speed: number): string {
  return `${speed < 10 ? speed.toFixed(1) : count(Math.round(speed))} GFLOP/s`;
}

/** Of several cards no more than their names: which one it is, the driver alone knows. */
function detailsOf(
  device: DeviceName,
  cards: readonly Card[],
): Pick<FoundDevice, 'name' | 'memory' | 'driver'> {
  const names = cardsFor(device, cards).map(({ name }) => name);
  return cardOf(device, cards) ?? (names.length > 0 ? { name: names.join(' or ') } : {});
}

function whyNot({ reason, hint }: Absence): string {
  return [reason, ...(hint === undefined ? [] : [hint])].map(sentence).join(' ');
}

function sentence(text: string): string {
  const [first = '', ...rest] = text;
  return `${first.toUpperCase()}${rest.join('')}${/[.!?]$/.test(text) ? '' : '.'}`;
}
