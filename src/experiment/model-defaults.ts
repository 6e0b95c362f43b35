/** Defaults that hold for one type of model alone; everything else has the schema's. */

export interface ModelDefault {
  /** Leads to the option. */
  path: readonly [...string[], string];
  value: unknown;
  /** Of the object that holds the option; any by default. */
  types?: readonly string[];
}

/** Outer objects stand before what is in them. */
const defaults: Readonly<Record<string, readonly ModelDefault[]>> = {
  // As BERT's authors fine-tuned it (Devlin et al. 2019, appendix A.3), and as Hugging Face's examples do.
  pretrained: [
    { path: ['training', 'epochs'], value: 3 },
    { path: ['training', 'batchSize'], value: 16 },
    { path: ['training', 'gradientClip'], value: 1 },
    { path: ['training', 'scheduler'], value: { type: 'linear' } },
    { path: ['training', 'optimizer'], value: { type: 'adamW' } },
    {
      path: ['training', 'optimizer', 'learningRate'],
      value: 2e-5,
      // Their steps are about as long as the learning rate; sgd's are as long as the gradient, too.
      types: ['adam', 'adamW', 'nadam', 'radam', 'rmsprop', 'adagrad'],
    },
  ],
};

/** What is other for experiments with a model of this type. */
export function defaultsOf(model: unknown): readonly ModelDefault[] {
  return typeof model === 'string' && Object.hasOwn(defaults, model) ? defaults[model]! : [];
}

/** An experiment as written, with its model's own defaults where it says nothing; the schema has all others. */
export function withModelDefaults(written: unknown): unknown {
  const own = defaultsOf(fieldOf(fieldOf(written, 'model'), 'type'));
  if (own.length === 0) return written;
  const result = structuredClone(written) as Record<string, unknown>;
  for (const { path, value, types } of own) {
    const home = homeOf(result, path.slice(0, -1));
    const key = path.at(-1)!;
    // What is no object is an error of its own.
    if (!home || Object.hasOwn(home, key)) continue;
    if (!types || types.includes(String(home.type))) home[key] = structuredClone(value);
  }
  return result;
}

/** The object at a path, made where nothing is written there. */
function homeOf(root: Record<string, unknown>, path: readonly string[]): Record<string, unknown> | undefined {
  let home: unknown = root;
  for (const key of path) {
    if (!isObject(home)) return undefined;
    if (!Object.hasOwn(home, key)) home[key] = {};
    home = home[key];
  }
  return isObject(home) ? home : undefined;
}

function fieldOf(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
