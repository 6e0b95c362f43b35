import type { Experiment } from '../experiment/schema';
import type { DeviceChoice, DeviceName } from '../protocol/devices';
import type { DeviceProbe } from '../runtime/device-probe';
import { speedText } from '../runtime/find-devices';
import { refuseDevice, refuseEngine } from './device-refusals';

type ModelType = Experiment['model']['type'];

/** How much faster than the processor a device has to be: what it computes must be brought to it and back. */
const worthwhile = 2;

/** Models that the processor is the best at, and why. */
const ofProcessor: { readonly [Type in ModelType]?: string } = {
  baseline: 'the sparse sums of a baseline are its work',
  pooled: 'word vectors are looked up more than they are computed with',
  cnn: 'a few filters over word vectors are too little for a graphics card to gain by',
  rnn: 'a loop over time is faster there',
  gru: 'a loop over time is faster there',
  lstm: 'a loop over time is faster there',
};

/**
 * What computes an experiment: the device that it names, or what suits its model.
 *
 * @throws OptionError at `runtime.device` where the named one cannot be had
 */
export async function chooseDevice(
  { model, runtime }: Pick<Experiment, 'model' | 'runtime'>,
  probe: Pick<DeviceProbe, 'webgpu' | 'provider' | 'tensorflow' | 'offered'>,
): Promise<DeviceChoice> {
  const { engine, device } = runtime;
  if (engine === 'tensorflow') return chooseForTensorflow(device, probe);
  if (device !== 'auto') {
    await refuseMissing(device, probe);
    return { engine, device };
  }
  const why = ofProcessor[model.type];
  if (why !== undefined) return onProcessor(why);
  const webgpu = await probe.webgpu();
  if (!webgpu.isThere) return withoutWebgpu(webgpu.reason);
  const { speed, processorSpeed } = webgpu.found;
  const times = speed / processorSpeed;
  const speeds = `${speedText(speed)} against ${speedText(processorSpeed)}`;
  if (times < 1) return onProcessor(`WebGPU is slower at multiplying matrices here (${speeds})`);
  const faster = `WebGPU multiplies matrices ${timesText(times)} as fast as the processor (${speeds})`;
  if (times < worthwhile) return onProcessor(`${faster}, which is too little to gain by`);
  return { engine, device: 'webgpu', reason: `${faster}.` };
}

/** What is known of the choice before any driver is asked; undefined where the experiment names its device. */
export function outlook({ model, runtime }: Pick<Experiment, 'model' | 'runtime'>): string | undefined {
  if (runtime.device !== 'auto' || runtime.engine !== 'onnxruntime') return undefined;
  const why = ofProcessor[model.type];
  return why === undefined
    ? 'computed by the graphics card where it is twice as fast as the processor: textclf devices'
    : `computed by the processor: ${why}`;
}

async function refuseMissing(
  device: DeviceName,
  probe: Pick<DeviceProbe, 'webgpu' | 'provider' | 'offered'>,
): Promise<void> {
  const offered = probe.offered();
  if (!offered.includes(device))
    throw refuseDevice(device, { reason: 'ONNX Runtime does not offer it on this system' }, offered);
  if (device === 'cpu') return;
  const probed = device === 'webgpu' ? await probe.webgpu() : await probe.provider(device);
  if (!probed.isThere && probed.trouble !== 'unasked') throw refuseDevice(device, probed, offered);
}

async function chooseForTensorflow(
  device: DeviceName | 'auto',
  probe: Pick<DeviceProbe, 'tensorflow'>,
): Promise<DeviceChoice> {
  const engine = 'tensorflow';
  if (device !== 'auto') return { engine, device };
  const tensorflow = await probe.tensorflow();
  if (!tensorflow.isThere) {
    if (tensorflow.trouble !== 'unasked') throw refuseEngine(tensorflow);
    return { engine, device: 'cpu' };
  }
  const { device: used } = tensorflow.found;
  const reason =
    used === 'cuda' ? 'CUDA: TensorFlow.js finds a card.' : 'The processor: TensorFlow.js finds no card.';
  return { engine, device: used, reason };
}

function timesText(times: number): string {
  // Cut off, so that what is too little is not called enough.
  return `${times >= 10 ? Math.floor(times) : (Math.floor(times * 10) / 10).toFixed(1)} times`;
}

/** What `auto` takes where there is no WebGPU after all. */
export function withoutWebgpu(reason: string): DeviceChoice {
  return onProcessor(`WebGPU cannot be had (${reason})`);
}

function onProcessor(why: string): DeviceChoice {
  return { engine: 'onnxruntime', device: 'cpu', reason: `The processor: ${why}.` };
}
