/** How the learning rate changes from step to step; steps count from 1, as everywhere in training. */
export interface ScheduleOptions {
  readonly type: 'constant' | 'linear' | 'cosine';
  /** In this many steps the rate rises from 0 to its full size. */
  readonly warmupSteps: number;
}

/** The share of the rate after the warm-up, by how much of the steps after it is done (0 up to 1). */
const decays: Readonly<Record<ScheduleOptions['type'], (done: number) => number>> = {
  constant: () => 1,
  linear: (done) => 1 - done,
  cosine: (done) => 0.5 * (1 + Math.cos(Math.PI * done)),
};

/**
 * The share of the learning rate that step `step` is taken with: get_constant_schedule_with_warmup,
 * get_linear_schedule_with_warmup and get_cosine_schedule_with_warmup of Hugging Face's transformers, whose first
 * step has number 0. So with a warm-up the first step moves nothing.
 */
export function rateShare({ type, warmupSteps }: ScheduleOptions, step: number, totalSteps: number): number {
  const before = step - 1;
  if (before < warmupSteps) return before / warmupSteps;
  return Math.max(0, decays[type]((before - warmupSteps) / Math.max(1, totalSteps - warmupSteps)));
}
