export interface SettingDifference {
  /** A dotted path: `training.optimizer.learningRate`. */
  path: string;
  /** Each run's value as JSON, in the order given; "" where it has no such option. */
  values: string[];
}

/** The options in which experiments differ, in the order in which the first ones that have them list them. */
export function differingSettings(settings: readonly unknown[]): SettingDifference[] {
  const flat = settings.map((value) => new Map(leaves(value, '')));
  const paths = new Set(flat.flatMap((options) => [...options.keys()]));
  return [...paths]
    .map((path) => ({ path, values: flat.map((options) => options.get(path) ?? '') }))
    .filter(({ values }) => new Set(values).size > 1);
}

/** Lists are one value: the order of labels or files is part of what they say. */
function leaves(value: unknown, path: string): [path: string, json: string][] {
  const entries = isObject(value) ? Object.entries(value) : [];
  if (entries.length === 0) return [[path, JSON.stringify(value) ?? '']];
  return entries.flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
