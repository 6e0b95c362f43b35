/** What is wrong in the `search` section of an experiment that is sound without it. */
import { didYouMean, didYouMeanHint, nearestFirst, quoteName } from '../protocol/did-you-mean';
import { allOptions, type Settings, withSettings } from './options';
import { foldCount } from './planned-runs';
import type { Finding, Path } from './problems';
import { type Resolved, resolveExperiment } from './resolve';
import type { Experiment, SearchOptions } from './schema';
import { valueAt } from './schema-walk';
import { type Axis, axesOf, settingsAt, settingsCount, valueCount, valueOfAxis } from './search-axes';

/** Options that say what is done with a model, not how it is made. */
const fixed: Record<string, string> = {
  $schema: 'It is for editors only.',
  name: 'Each trial gets a name of its own.',
  examples: 'They are for the finished models.',
  search: 'A search cannot search itself.',
  'training.repeat': 'Every trial is one run.',
  // A person is asked before it is downloaded: the one of the experiment.
  'data.hub': 'Trials are compared on the same data set: make an experiment for each.',
};

/**
 * The experiment of one trial.
 *
 * @param written the value of the experiment file
 * @param name what the trial is called
 */
export function resolveTrial(written: unknown, settings: Settings, name: string): Resolved {
  const trial = withSettings(written, settings);
  if (trial === undefined) {
    const alone = (option: string) => withSettings(written, { [option]: settings[option] });
    const options = Object.keys(settings);
    const homeless = options.find((option) => alone(option) === undefined) ?? options[0]!;
    return { findings: [noHome(homeless, written)] };
  }
  const resolved = resolveExperiment({ ...(trial as object), search: null, name }, name);
  if (!resolved.experiment || foldCount(resolved.experiment.data.validation) === 1) return resolved;
  const message = 'Every trial is one run: it cannot be a cross-validation.';
  return { findings: [error(['data', 'validation'], message, 'Name a share, or files.')] };
}

/**
 * What is wrong in `search`: options that are none, values that an option cannot have, ranges without an order.
 *
 * @param written the value of the experiment file
 * @param experiment that it stands for, without any other error
 */
export function searchFindings(written: unknown, experiment: Experiment): Finding[] {
  const search = experiment.search!;
  const names = Object.keys(search.options);
  if (names.length === 0) {
    const hint = 'Name one with its values: { "model.hiddenSize": [64, 128] }. Or remove "search".';
    return [{ severity: 'error', message: 'The search has no option to try.', hint, path: at() }];
  }
  const ofOptions = names.flatMap((option) => optionFindings(option, search));
  if (ofOptions.length > 0) return ofOptions;
  const size = settingsCount(axesOf(search));
  if (search.strategy === 'grid' && size > mostSettings) {
    const hint = 'Use the strategy "random", or fewer values.';
    return [{ severity: 'error', message: `The grid has ${size} combinations.`, hint, path: at() }];
  }
  const ofValues = valueFindings(written, experiment.name, axesOf(search));
  return ofValues.length > 0 ? ofValues : combinationFindings(written, experiment.name, search);
}

/** A grid of more settings than this is a slip. */
const mostSettings = 10_000;

function at(...path: Path): Path {
  return ['search', 'options', ...path];
}

function error(path: Path, message: string, hint: string, more: Partial<Finding> = {}): Finding {
  return { severity: 'error', message, hint, path, ...more };
}

function optionFindings(option: string, search: SearchOptions): Finding[] {
  const known = allOptions().get(option);
  if (!known) return [unknownOption(option)];
  const barred = fixedBy(option);
  if (barred !== undefined) {
    const remove = { atKey: true, remedies: [{ type: 'remove' }] } as const;
    return [error(at(option), `A search cannot vary ${quoteName(option)}.`, fixed[barred]!, remove)];
  }
  const values = search.options[option]!;
  if (Array.isArray(values)) return repeatedValues(option, values);
  const isNumber = known.nodes.some(({ type }) => type === 'number' || type === 'integer');
  return isNumber
    ? rangeFindings(option, values, search)
    : [
        error(
          at(option),
          `${quoteName(option)} is no number: it has no range.`,
          'List its values: [ …, … ].',
        ),
      ];
}

/** Why an option cannot vary: the key of a reason. */
function fixedBy(option: string): string | undefined {
  // The whole of it may hold a data set as well.
  if (option === 'data') return 'data.hub';
  return Object.keys(fixed).find((name) => option === name || option.startsWith(`${name}.`));
}

function unknownOption(option: string): Finding {
  const names = [...allOptions().keys()].filter((name) => fixedBy(name) === undefined);
  const last = option.split('.').at(-1)!;
  const sameKey = names.filter((name) => name.split('.').at(-1) === last);
  const meant = didYouMean(option, names) ?? sameKey[0];
  const hint = meant === undefined ? didYouMeanHint(last, names) : `Did you mean ${quoteName(meant)}? `;
  const renames = meant === undefined ? nearestFirst(option, sameKey).slice(0, 3) : [meant];
  return error(
    at(option),
    `There is no option ${quoteName(option)}.`,
    `${hint}Options are named by their path: "training.optimizer.learningRate".`,
    {
      atKey: true,
      remedies: [
        ...(renames.length > 0 ? [{ type: 'rename', names: renames } as const] : []),
        { type: 'remove' },
      ],
    },
  );
}

function repeatedValues(option: string, values: readonly unknown[]): Finding[] {
  const texts = values.map((value) => JSON.stringify(value));
  return texts.flatMap((text, place) =>
    texts.indexOf(text) < place
      ? [
          error(at(option, place), `The value ${quoteName(text)} stands twice.`, 'Name each value once.', {
            remedies: [{ type: 'remove' }],
          }),
        ]
      : [],
  );
}

type Range = Exclude<SearchOptions['options'][string], unknown[]>;

function rangeFindings(option: string, range: Range, { strategy }: SearchOptions): Finding[] {
  const { from, to, scale, step } = range;
  if (from >= to) {
    return [
      error(
        at(option, 'to'),
        `The range ends at ${to}, but starts at ${from}.`,
        '"to" must be above "from".',
      ),
    ];
  }
  if (scale === 'log' && from <= 0) {
    return [
      error(at(option, 'from'), `A log scale has no ${from}.`, 'Start above 0, or use the scale "linear".'),
    ];
  }
  if (scale === 'log' && step !== undefined) {
    return [
      error(at(option, 'step'), 'A log scale has no even steps.', 'Leave "step" out, or list the values.'),
    ];
  }
  const [axis] = axesOf({ options: { [option]: range } } as SearchOptions);
  if (step !== undefined && (step > to - from || valueCount(axis!) > mostSettings)) {
    const what =
      step > to - from ? 'is longer than the range' : `cuts the range into more than ${mostSettings} parts`;
    return [error(at(option, 'step'), `The step ${what}.`, 'Choose another one, or list the values.')];
  }
  if (strategy === 'grid' && !('step' in axis!)) {
    return [
      error(at(option), 'A grid cannot try all numbers of a range.', 'Add a "step", or list the values.'),
    ];
  }
  return [];
}

/** Ranges of so many values are tried value by value: between two numbers of heads there is one that fits no layer. */
const mostInRange = 16;

/**
 * The values that are tried for all of an axis, each with its place: those listed; of a range its ends, and what lies
 * between them where that is little.
 */
function samplesOf(axis: Axis): { value: unknown; path: Path }[] {
  if (axis.scale === 'choice') return axis.values.map((value, i) => ({ value, path: at(axis.option, i) }));
  const { option, from, to, step } = axis;
  const isFine = step === undefined || !axis.isWhole || Number.isInteger(step);
  const count = valueCount(axis);
  const places =
    count <= mostInRange ? Array.from({ length: count - 1 }, (_, i) => i + 1) : isFine ? [] : [1];
  const between = places.map((place) => valueOfAxis(axis, place)).filter((value) => value !== to);
  return [
    { value: from, path: at(option, 'from') },
    { value: to, path: at(option, 'to') },
    ...between.map((value) => ({ value, path: step === undefined ? at(option) : at(option, 'step') })),
  ];
}

/** Values that no trial could have: not with the rest as it is written, and not with what the search makes of it. */
function valueFindings(written: unknown, name: string, axes: readonly Axis[]): Finding[] {
  return axes.flatMap((axis) => {
    const { option } = axis;
    const others = axes.filter((other) => other !== axis);
    const findings: Finding[] = [];
    for (const { value, path } of samplesOf(axis)) {
      const mistake = firstError(written, { [option]: value }, name);
      const isPossible = (rest: Settings) => !firstError(written, { ...rest, [option]: value }, name);
      if (!mistake || someSettings(others).some(isPossible)) continue;
      // All other values have the same trouble.
      if (isHomeless(mistake, option)) return [noHome(option, written)];
      // Of what lies between the ends of a range, one says enough.
      if (!findings.some((told) => told.path.join() === path.join())) findings.push(placed(mistake, path));
    }
    return findings;
  });
}

/** So many combinations are looked at; it happens while a person types. */
const mostCombinations = 200;

/** Some of the combinations of a space, its corners where it has ranges. */
function someSettings(axes: readonly Axis[]): Settings[] {
  const lists = axes.map(
    (axis): Axis => ({
      option: axis.option,
      scale: 'choice',
      values: samplesOf(axis).map(({ value }) => value),
    }),
  );
  const count = Math.min(settingsCount(lists), mostCombinations);
  return axes.length === 0 ? [] : Array.from({ length: count }, (_, place) => settingsAt(lists, place));
}

/** Values that fit alone, but not together. */
function combinationFindings(written: unknown, name: string, search: SearchOptions): Finding[] {
  const axes = axesOf(search);
  if (axes.length < 2 || settingsCount(axes) > mostCombinations) return [];
  const tried = someSettings(axes);
  const mistakes = tried.flatMap((settings) => {
    const mistake = firstError(written, settings, name);
    return mistake ? [{ settings, mistake }] : [];
  });
  const [first] = mistakes;
  if (!first) return [];
  const which = Object.entries(first.settings)
    .map(([option, value]) => `${option} ${JSON.stringify(value)}`)
    .join(', ');
  const example = `With ${which}: ${first.mistake.message}`;
  const { length } = mistakes;
  return length === tried.length
    ? [
        error(
          at(),
          `None of the ${length} combinations is possible. ${example}`,
          'List values that fit each other.',
        ),
      ]
    : [
        {
          ...error(
            at(),
            `${length} of the ${tried.length} combinations ${length === 1 ? 'is' : 'are'} not possible and left out. ${example}`,
            'Options that need each other can be listed together, as objects.',
          ),
          severity: 'warning',
        },
      ];
}

/** The first error that a trial would end with before it begins. */
export function firstError(written: unknown, settings: Settings, name: string): Finding | undefined {
  return resolveTrial(written, settings, name).findings.find(({ severity }) => severity === 'error');
}

/** An error of a trial, at the value in `search` that makes it. */
function placed({ message, hint }: Finding, path: Path): Finding {
  return { severity: 'error', message, ...(hint ? { hint } : {}), path };
}

/** Whether an error says that the experiment has no such option, whatever its value. */
function isHomeless(mistake: Finding, option: string): boolean {
  return mistake.atKey === true && [option, `search.options.${option}`].includes(mistake.path.join('.'));
}

/** An option that there is, but not in the object as it is written. */
function noHome(option: string, written: unknown): Finding {
  const home = option.split('.').slice(0, -1);
  const owners = [...new Set(allOptions().get(option)?.owners ?? [])];
  const value = valueAt(home, written);
  const type = valueAt(['type'], value);
  const name = quoteName(home.join('.'));
  const key = quoteName(option.split('.').at(-1)!);
  const isOther = owners.length > 0 && value !== null;
  return error(
    at(option),
    isOther
      ? `${name} has no ${key} here${typeof type === 'string' ? `: its type is ${quoteName(type)}` : ''}.`
      : `${name} is ${value === undefined ? 'not set' : JSON.stringify(value)}: there is no ${key} to vary.`,
    isOther
      ? `Only ${owners.map(quoteName).join(', ')} ${owners.length === 1 ? 'has' : 'have'} it. Set the type, or list whole objects: ${name}: [{ "type": … }, …].`
      : `Write ${name} as an object { … } in the experiment first.`,
    { atKey: true, remedies: [{ type: 'remove' }] },
  );
}
