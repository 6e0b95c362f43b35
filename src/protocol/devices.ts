/** What computes: the names of engines and devices, as the experiment file, the run's record and the editor know them. */

export const engines = ['onnxruntime', 'tensorflow'] as const;
export type EngineName = (typeof engines)[number];

/** Devices by the names of onnxruntime's execution providers. TensorFlow.js knows `cpu` and `cuda`. */
export const devices = ['cpu', 'webgpu', 'cuda', 'coreml', 'directml'] as const;
export type DeviceName = (typeof devices)[number];

/** What was chosen to compute a training, and why where it was not asked for. */
export interface DeviceChoice {
  readonly engine: EngineName;
  readonly device: DeviceName;
  /** One sentence for the log: why `auto` chose this. Missing where the file says it. */
  readonly reason?: string;
}

/** A device that a training or a prediction could run on, or why it cannot. */
export interface FoundDevice {
  readonly engine: EngineName;
  readonly device: DeviceName;
  /** "WebGPU", "CUDA", "TensorFlow.js on CUDA". */
  readonly title: string;
  readonly isThere: boolean;
  /** The hardware: "NVIDIA GeForce RTX 4070", "16 cores of AMD Ryzen 7". */
  readonly name?: string;
  /** In bytes. */
  readonly memory?: number;
  readonly driver?: string;
  /** Why it is not there and how to have it, or what is to be known of it. */
  readonly reason?: string;
  readonly use: 'trains' | 'predicts';
}
