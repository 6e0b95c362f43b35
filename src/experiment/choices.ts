import { metricMeanings, metricNames } from '../protocol/metrics';

type Meanings = Readonly<Record<string, string>>;

const monitors: Meanings = Object.fromEntries(
  metricNames.map((name) => [`validation.${name}`, metricMeanings[name]]),
);

/**
 * What the values that an option can have mean, a line each: for completion and hovers. Of objects that are told
 * apart by their `type` (models, optimizers, schedulers), the schema itself says what each type is.
 */
const choices: Readonly<Record<string, Meanings>> = {
  'data.format': {
    csv: 'Commas between the fields, a header row on top.',
    tsv: 'Tabs between the fields, a header row on top.',
    jsonl: 'JSON Lines: one JSON object a line.',
    json: 'A list of JSON objects, by itself or as the one list in an object.',
    parquet: 'Apache Parquet: the form in which the Hugging Face Hub keeps data sets.',
    fasttext: 'Lines of fastText: __label__good What a film!',
    folder: 'A folder with one folder a class, each text a file: train/pos/1.txt.',
  },
  'data.task': {
    'single-label': 'Each text has exactly one class.',
    'multi-label': 'Each text has any number of classes, or none.',
  },
  'tokenizer.type': {
    word: 'Words, split at everything that is not part of one.',
    character: 'Single characters: for misspelt texts, and for scripts without spaces.',
  },
  'model.pooling': {
    first: 'The state at the first token.',
    last: 'The state at the last token.',
    mean: 'The mean of the states at all tokens.',
    max: "Each unit's largest value over all tokens.",
    attention: 'A mean of the states, each weighted as the network learns to.',
  },
  'model.positions': {
    learned: 'A vector for each place, trained with the model.',
    sinusoidal: 'Sine and cosine waves of fixed lengths: nothing to train.',
  },
  'model.norm': {
    pre: 'Before attention and feed-forward: trains more steadily.',
    post: 'After them, as in the first transformer: often needs a warm-up.',
  },
  'model.weighting': {
    tfidf: 'Words that few texts have weigh more.',
    naiveBayes: 'Words weigh by how much more frequent they are in one class than in the others.',
  },
  'training.loss': {
    auto: 'bceWithLogits for several labels a text, and for two classes unless the encoder is pretrained; crossEntropy else.',
    crossEntropy: 'A score for each class.',
    bceWithLogits: 'One score for two classes, or one a label in a multi-label task.',
    focal: 'As auto, but rows that the model is sure of count less: for rare classes.',
  },
  'training.classWeights': {
    none: 'All rows count alike.',
    balanced: 'Rows of rare classes count more, so that all classes weigh the same.',
  },
  'training.scheduler.shape': {
    cosine: 'Half a cosine wave: slow, fast, slow.',
    linear: 'A straight line.',
  },
  'training.scheduler.monitor': monitors,
  'training.gradientClipBy': {
    norm: 'The whole gradient is scaled down until its length is no more than the limit.',
    value: "Each weight's gradient is cut to the limit, apart from all others.",
  },
  'training.earlyStopping.monitor': monitors,
  'training.threshold': {
    auto: 'Chosen on the validation rows, for the best F1.',
  },
  'runtime.engine': {
    onnxruntime: 'ONNX Runtime: the fastest, and there without installing anything.',
    tensorflow:
      'TensorFlow.js, on the processor or on CUDA: "TextClf: Install TensorFlow Executor" brings it.',
  },
  'runtime.device': {
    auto: 'What suits the model: the graphics card for transformers and encoders where it is much faster, else the processor.',
    cpu: 'The processor.',
    webgpu: 'Any graphics card, with nothing to install but its driver.',
    cuda: "NVIDIA's cards, where the engine has been built for them.",
    coreml: "Apple's Core ML, where the engine has it.",
    directml: "Windows' DirectML, where the engine has it.",
  },
  'runtime.precision': {
    float32: 'Everything in 32 bits.',
    float16: 'Matrix products in 16 bits: faster on most cards. Weights are kept in 32.',
  },
  'search.strategy': {
    grid: 'Every combination of all values.',
    random: 'Combinations drawn with the seed: better than a grid where there are more than two options.',
  },
  'search.metric': monitors,
  'search.options.*.scale': {
    linear: 'Evenly between the two.',
    log: 'Evenly in the order of magnitude: for learning rates and penalties.',
  },
};

/** The meaning of each value that the option at a dotted path can have. */
export function choicesOf(option: string): Meanings {
  return choices[option] ?? {};
}
