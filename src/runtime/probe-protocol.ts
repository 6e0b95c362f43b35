/** What the process that looks for devices is asked, and what it answers. Answers are kept in a file, which may be damaged. */
import * as z from 'zod';
import type { DeviceName } from '../protocol/devices';

export type ProbeTask =
  | { readonly type: 'cards' }
  | { readonly type: 'webgpu'; readonly threads: number }
  | { readonly type: 'provider'; readonly provider: DeviceName }
  | { readonly type: 'tensorflow' };

const card = z.object({
  name: z.string(),
  /** In bytes. */
  memory: z.number().nonnegative().optional(),
  driver: z.string().optional(),
});

/** A graphics card, as the system tells of it. */
export type Card = z.infer<typeof card>;

const webgpu = z.object({
  /** Whether it computes in 16 bits. */
  hasHalf: z.boolean(),
  /** Of large matrix products, in 10^9 operations a second. */
  speed: z.number().positive(),
  /** The processor's at the same, with the threads that a training has. */
  processorSpeed: z.number().positive(),
});

/** What comes of a task that went well. */
export const findings = {
  cards: z.array(card),
  webgpu,
  provider: z.object({}),
  tensorflow: z.object({ device: z.enum(['cpu', 'cuda']), name: z.string() }),
} as const satisfies { readonly [Type in ProbeTask['type']]: z.ZodType };

export type Finding<Type extends ProbeTask['type']> = z.infer<(typeof findings)[Type]>;

/** Why there is no device: it says so itself, the process died or did not come back, or nobody could ask. */
export const absence = z.object({
  trouble: z.enum(['missing', 'crashed', 'hung', 'unasked']),
  reason: z.string(),
  /** How to have it. */
  hint: z.string().optional(),
});

export type Absence = z.infer<typeof absence>;

/** What is known of a device after the system was asked for it. */
export type Probed<Type extends ProbeTask['type']> =
  | { readonly isThere: true; readonly found: Finding<Type> }
  | ({ readonly isThere: false } & Absence);

/** What the process says, once. */
export const probeReply = z.discriminatedUnion('type', [
  z.object({ type: z.literal('found'), found: z.unknown() }),
  z.object({ type: z.literal('failed'), reason: z.string(), hint: z.string().optional() }),
]);
export type ProbeReply = z.infer<typeof probeReply>;
