import type { Rule } from './rule';

/** Options of networks that do not go together. */
export const modelRules: Rule[] = [
  {
    severity: 'error',
    broken: ({ model }) =>
      model.type === 'transformer' && model.hiddenSize % model.heads !== 0
        ? [
            {
              path: ['model', 'heads'],
              message: `${model.hiddenSize} units cannot be shared equally among ${model.heads} heads.`,
              remedies: [{ type: 'set', values: nearestDivisors(model.hiddenSize, model.heads) }],
            },
          ]
        : [],
    hint: 'Make "hiddenSize" a multiple of "heads".',
  },
  {
    severity: 'warning',
    broken: ({ model, tokenizer: { maxLength } }) =>
      model.type === 'cnn'
        ? model.widths.flatMap((width, position) =>
            width > maxLength
              ? [
                  {
                    path: ['model', 'widths', position],
                    message: `A filter of ${width} tokens is wider than any text: of each, ${maxLength} are read.`,
                  },
                ]
              : [],
          )
        : [],
    hint: 'Raise "maxLength" of the tokenizer, or use narrower filters.',
  },
  {
    severity: 'warning',
    broken: ({ model }) =>
      model.type === 'pooled' && model.pooling === 'last'
        ? [
            {
              path: ['model', 'pooling'],
              message:
                "The pooled model does not read in order: its last state is the text's last word alone.",
              remedies: [{ type: 'set', values: ['mean', 'max', 'attention'] }],
            },
          ]
        : [],
    hint: 'Use "mean", "max" or "attention".',
  },
];

/** The next divisors of a size below and above a number that is none. */
function nearestDivisors(size: number, heads: number): number[] {
  const divisors = Array.from({ length: size }, (_, i) => i + 1).filter((divisor) => size % divisor === 0);
  const above = divisors.findIndex((divisor) => divisor > heads);
  return above < 0 ? divisors.slice(-1) : divisors.slice(above - 1, above + 1);
}
