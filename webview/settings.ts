export interface Setting {
  /** Dotted: `model.embedding.size`. */
  path: string;
  /** As JSON. */
  value: string;
}

/** Every option of an experiment with its value, in its order. Lists of plain values are one option. */
export function flattenSettings(settings: unknown, path = ''): Setting[] {
  if (typeof settings !== 'object' || settings === null) return [{ path, value: json(settings) }];
  const entries = Object.entries(settings);
  const isPlainList = Array.isArray(settings) && settings.every((item) => typeof item !== 'object');
  if (isPlainList || entries.length === 0) return [{ path, value: json(settings) }];
  return entries.flatMap(([key, value]) => flattenSettings(value, path === '' ? key : `${path}.${key}`));
}

/** Options that mean something to a pretrained encoder alone, and those that mean nothing to it. */
const ofEncoders = /^training\.(freezeEncoderEpochs|layerLearningRateDecay|recompute)$/;
const ofOthers = /^tokenizer\./;

/**
 * Without the options of encoders where the model is none, and without the tokenizer's where it is one: they stand at
 * their defaults and say nothing. Those that the baseline does not have are left in.
 */
export function ownSettings(settings: readonly Setting[]): Setting[] {
  const type = settings.find(({ path }) => path === 'model.type')?.value;
  const foreign = type === '"pretrained"' ? ofOthers : ofEncoders;
  return settings.filter(({ path }) => !foreign.test(path));
}

/** The options whose path or value has all of the words. */
export function searchSettings(settings: readonly Setting[], search: string): Setting[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return settings.filter(({ path, value }) => {
    const text = `${path} ${value}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function json(value: unknown): string {
  return JSON.stringify(value) ?? '';
}

/** The value of an option by its dotted path; undefined where the experiment has none such. */
export function settingAt(settings: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => {
    return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
      ? (value as Record<string, unknown>)[key]
      : undefined;
  }, settings);
}
