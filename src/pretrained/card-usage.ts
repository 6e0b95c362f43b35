import type { Task } from '../protocol/events';
import { code } from './card-text';

/** What of a model lies in a folder. */
export interface CardFiles {
  /** Whether `model.safetensors` is there, which Python's transformers read. */
  readonly hasCheckpoint: boolean;
  /** What transformers.js calls the form of the network: `fp32`, `fp16`, `int8`. */
  readonly form: string;
  /** The ONNX file, from the folder. */
  readonly network: string;
}

export const wholeModel: CardFiles = { hasCheckpoint: true, form: 'fp32', network: 'onnx/model.onnx' };

/** How the model is used, with each of the programs that open its folder. */
export function usage(task: Task, { hasCheckpoint, form, network }: CardFiles): string[] {
  const isMulti = task === 'multi-label';
  const python = [
    'Python, with `transformers`:',
    '',
    ...code('python', [
      'from transformers import pipeline',
      '',
      'classify = pipeline("text-classification", "path/to/this/folder", top_k=None, truncation=True)',
      'print(classify("some text"))',
    ]),
    '',
  ];
  return [
    ...(hasCheckpoint ? python : []),
    'JavaScript, with `@huggingface/transformers`:',
    '',
    ...code('js', [
      "import { pipeline } from '@huggingface/transformers';",
      '',
      `const classify = await pipeline('text-classification', 'path/to/this/folder', { dtype: '${form}' });`,
      "console.log(await classify('some text', { top_k: null }));",
    ]),
    '',
    'Any ONNX Runtime, here in Python:',
    '',
    ...code('python', [
      'import numpy, onnxruntime',
      'from transformers import AutoTokenizer',
      '',
      'folder = "path/to/this/folder"',
      'tokenizer = AutoTokenizer.from_pretrained(folder)',
      `session = onnxruntime.InferenceSession(f"{folder}/${network}")`,
      'tokens = tokenizer(["some text"], padding=True, truncation=True, return_tensors="np")',
      'zeros = numpy.zeros_like(tokens["input_ids"])',
      'feeds = {i.name: tokens.get(i.name, zeros).astype(numpy.int64) for i in session.get_inputs()}',
      '[logits] = session.run(["logits"], feeds)',
      isMulti
        ? 'print(1 / (1 + numpy.exp(-logits)))'
        : 'print(numpy.exp(logits) / numpy.exp(logits).sum(axis=-1, keepdims=True))',
    ]),
    '',
    'TextClf:',
    '',
    ...code('sh', ['textclf predict --run path/to/this/folder "some text"']),
    '',
    isMulti
      ? 'A label is given from a probability of 0.5 on, or from the one in the table above.'
      : 'A text gets its most probable class, or the one that the probabilities in the table above decide for.',
  ];
}
