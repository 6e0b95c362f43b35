import type { Task } from '../protocol/events';
import { code } from './card-text';

/** How the model is used, with each of the programs that open its folder. */
export function usage(task: Task): string[] {
  const isMulti = task === 'multi-label';
  return [
    'Python, with `transformers`:',
    '',
    ...code('python', [
      'from transformers import pipeline',
      '',
      'classify = pipeline("text-classification", "path/to/this/folder", top_k=None, truncation=True)',
      'print(classify("some text"))',
    ]),
    '',
    'JavaScript, with `@huggingface/transformers`:',
    '',
    ...code('js', [
      "import { pipeline } from '@huggingface/transformers';",
      '',
      "const classify = await pipeline('text-classification', 'path/to/this/folder', { dtype: 'fp32' });",
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
      'session = onnxruntime.InferenceSession(f"{folder}/onnx/model.onnx")',
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
