import { type PlateauOptions, reduceOnPlateau } from './schedules/plateau';
import type { Course, Schedule } from './schedules/schedule';

interface Warmup {
  /** In this many steps the rate rises from 0 to its full size. */
  readonly warmupSteps: number;
}

export type ScheduleOptions =
  | (Warmup & { readonly type: 'constant' | 'linear' | 'cosine' })
  | (Warmup & { readonly type: 'polynomial'; readonly power: number })
  | { readonly type: 'step'; readonly every: number; readonly gamma: number }
  | { readonly type: 'multiStep'; readonly milestones: readonly number[]; readonly gamma: number }
  | { readonly type: 'exponential'; readonly gamma: number }
  | {
      readonly type: 'cosineRestarts';
      readonly firstCycle: number;
      readonly factor: number;
      readonly minimum: number;
    }
  | {
      readonly type: 'oneCycle';
      readonly rise: number;
      readonly startDivisor: number;
      readonly endDivisor: number;
      readonly shape: 'cosine' | 'linear';
    }
  | PlateauOptions;

/** The share of the learning rate, by how many steps were taken before. */
type Share = (before: number, course: Course) => number;

type Shares = {
  readonly [Type in Exclude<ScheduleOptions['type'], 'reduceOnPlateau'>]: (
    options: Extract<ScheduleOptions, { type: Type }>,
  ) => Share;
};

const cosineFall = (done: number) => 0.5 * (1 + Math.cos(Math.PI * done));
const linearFall = (done: number) => 1 - done;

const shares: Shares = {
  constant: (options) => afterWarmup(options, () => 1),
  linear: (options) => afterWarmup(options, linearFall),
  cosine: (options) => afterWarmup(options, cosineFall),
  polynomial: (options) => afterWarmup(options, (done) => (1 - done) ** options.power),
  step:
    ({ every, gamma }) =>
    (before, { stepsPerEpoch }) =>
      gamma ** Math.floor(before / stepsPerEpoch / every),
  multiStep:
    ({ milestones, gamma }) =>
    (before, { stepsPerEpoch }) =>
      gamma ** milestones.filter((epoch) => before >= epoch * stepsPerEpoch).length,
  exponential:
    ({ gamma }) =>
    (before, { stepsPerEpoch }) =>
      gamma ** Math.floor(before / stepsPerEpoch),
  cosineRestarts({ firstCycle, factor, minimum }) {
    return (before, { stepsPerEpoch }) => {
      let [length, position] = [firstCycle, before / stepsPerEpoch];
      while (position >= length) {
        position -= length;
        length *= factor;
      }
      return minimum + (1 - minimum) * cosineFall(position / length);
    };
  },
  oneCycle({ rise, startDivisor, endDivisor, shape }) {
    const fall = { cosine: cosineFall, linear: linearFall }[shape];
    const [start, end] = [1 / startDivisor, 1 / startDivisor / endDivisor];
    return (before, { totalSteps }) => {
      const top = rise * totalSteps - 1;
      if (before <= top && top > 0) return 1 + (start - 1) * fall(before / top);
      return end + (1 - end) * fall((before - top) / (totalSteps - 1 - top));
    };
  },
};

/** A rise in a straight line, then the steps that are left: `fall` is of how much of them is done (0 up to 1). */
function afterWarmup({ warmupSteps }: Warmup, fall: (done: number) => number): Share {
  return (before, { totalSteps }) => {
    if (before < warmupSteps) return before / warmupSteps;
    return fall(Math.min(1, (before - warmupSteps) / Math.max(1, totalSteps - warmupSteps)));
  };
}

/**
 * The schedules of torch.optim.lr_scheduler: StepLR, MultiStepLR, ExponentialLR and ReduceLROnPlateau move after each
 * epoch; OneCycleLR (which leaves momentum alone) and PolynomialLR after each step; CosineAnnealingWarmRestarts is at
 * the epoch's fraction that was done before the step. A warm-up is that of get_linear_schedule_with_warmup and its
 * kin in Hugging Face's transformers, whose first step has number 0: it moves nothing.
 */
export function createSchedule(options: ScheduleOptions, course: Course): Schedule {
  if (options.type === 'reduceOnPlateau') return reduceOnPlateau(options, course);
  const share = (shares[options.type] as (options: ScheduleOptions) => Share)(options);
  return { rate: (step) => course.learningRate * share(step - 1, course), endEpoch: () => {} };
}
