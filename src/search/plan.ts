import { createRandom } from '../data/random';
import type { Settings } from '../experiment/options';
import { foldCount, isFolds, plannedRuns } from '../experiment/planned-runs';
import type { Finding } from '../experiment/problems';
import type { Experiment } from '../experiment/schema';
import { type Axis, axesOf } from '../experiment/search-axes';
import { resolveTrial } from '../experiment/search-space';
import type { GroupEvent } from '../protocol/events';
import { gridSettings, randomSettings } from './settings';

/** What tells one run of a group from the others. */
interface Variant {
  /** "fold 2 of 5", "seed 44"; a search numbers its trials by itself. */
  label?: string;
  settings: Settings;
}

export interface GroupPlan extends Omit<GroupEvent, 'type' | 'time'> {
  /** In the order in which they are trained; there may be more than are planned. */
  variants: Iterable<Variant>;
  /** A run's own experiment, with its settings filled in and nothing in it that would make several runs again. */
  experimentOf(settings: Settings, name: string): { experiment?: Experiment; findings: Finding[] };
}

/**
 * The runs that training an experiment makes; undefined where it is one alone.
 *
 * @param written the value of the experiment file, which settings are put into before defaults are
 */
export function planGroup(experiment: Experiment, written: unknown): GroupPlan | undefined {
  const plan = plannedRuns(experiment);
  if (!plan) return undefined;
  const { search, training } = experiment;
  if (search) {
    const axes = axesOf(search);
    return {
      ...plan,
      metric: search.metric,
      options: axes.map(({ option, scale }) => ({ path: option, scale })),
      variants: searchVariants(search.strategy, axes, training.seed),
      experimentOf: (settings, name) => resolveTrial(written, settings, name),
    };
  }
  const variants = foldsAndSeeds(experiment);
  return {
    ...plan,
    metric: training.earlyStopping?.monitor ?? 'validation.loss',
    options: Object.keys(variants[0]!.settings).map((path) => ({ path, scale: 'choice' })),
    variants,
    experimentOf: (settings, name) => ({ experiment: oneRun(experiment, settings, name), findings: [] }),
  };
}

function* searchVariants(
  strategy: 'grid' | 'random',
  axes: readonly Axis[],
  seed: number,
): Generator<Variant> {
  const all = strategy === 'grid' ? gridSettings(axes) : randomSettings(axes, createRandom(seed));
  for (const settings of all) yield { settings };
}

/** Which fold of a cross-validation a run is. */
export const foldOption = 'data.validation.fold';
const seedOption = 'training.seed';

/** All folds with the first seed, then all with the next one. */
function foldsAndSeeds({ data, training: { seed: first, repeat } }: Experiment): Variant[] {
  const folds = foldCount(data.validation);
  return Array.from({ length: folds * repeat }, (_, place) => {
    const fold = 1 + (place % folds);
    // Seeds end where 32 bits do.
    const seed = (first + Math.floor(place / folds)) % 2 ** 32;
    const labels = [
      ...(repeat > 1 ? [`seed ${seed}`] : []),
      ...(folds > 1 ? [`fold ${fold} of ${folds}`] : []),
    ];
    return {
      label: labels.join(', '),
      settings: {
        ...(repeat > 1 ? { [seedOption]: seed } : {}),
        ...(folds > 1 ? { [foldOption]: fold } : {}),
      },
    };
  });
}

function oneRun({ data, training, ...rest }: Experiment, settings: Settings, name: string): Experiment {
  const { validation } = data;
  const fold = settings[foldOption] as number | undefined;
  const seed = settings[seedOption] as number | undefined;
  return {
    ...rest,
    name,
    data: {
      ...data,
      validation: fold !== undefined && isFolds(validation) ? { ...validation, fold } : validation,
    },
    training: { ...training, seed: seed ?? training.seed, repeat: 1 },
  };
}
