import type { Fallbacks } from '../../../src/runtime/executor';

export interface RowFound {
  readonly name: string;
  readonly results: readonly { readonly shape: readonly number[]; readonly data: readonly number[] }[];
  readonly fallbacks: Fallbacks;
}

export interface FamilyFound {
  readonly name: string;
  readonly losses: readonly number[];
  /** By program. */
  readonly fallbacks: Readonly<Record<string, Fallbacks>>;
}

export interface TroubleFound {
  /** Of a DeviceError; `none` where nothing was thrown, `another` for any other error. */
  readonly trouble: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** What the process of webgpu.ts tells. */
export interface WebgpuFound {
  readonly name: string;
  readonly rows: readonly RowFound[];
  /** Tensors that went there and back: shape and numbers. */
  readonly moved: readonly (readonly number[])[];
  readonly sums: readonly number[];
  readonly steps: { readonly last: number; readonly memory: readonly number[] };
  /** One use of an operation by the provider with tensors in host memory, as a program and as a file. */
  readonly hosted: readonly (readonly number[])[];
  readonly troubles: Readonly<Record<string, TroubleFound>>;
  readonly families: readonly FamilyFound[];
  /** Of the settings of step-settings.ts that the driver can have. */
  readonly settings: readonly FamilyFound[];
}
