import * as z from 'zod';
import { HumanError } from '../../protocol/human-error';
import type { Step } from './json';
import { steps } from './steps';

/** The ids around a text's tokens: `[CLS]` before and `[SEP]` behind, or `<s>` and `</s>`. */
export interface Marks {
  before: readonly number[];
  after: readonly number[];
}

const markSchema = z.tuple([z.string(), z.int().min(0)]);
const pairSchema = z.object({ cls: markSchema, sep: markSchema });
const templateSchema = z.object({
  single: z.array(
    z.union([
      z.object({ SpecialToken: z.object({ id: z.string() }) }),
      z.object({ Sequence: z.object({ id: z.literal('A') }) }),
    ]),
  ),
  special_tokens: z.record(z.string(), z.object({ ids: z.array(z.int().min(0)) })),
});

const none: Marks = { before: [], after: [] };

/** The post-processors of Hugging Face's tokenizers, by their names there. */
const processors: Record<string, (step: Step) => Marks> = {
  BertProcessing: aroundBoth,
  RobertaProcessing: aroundBoth,
  ByteLevel: () => none,
  Sequence: (step) =>
    z
      .object({ processors: z.array(z.looseObject({ type: z.string() })) })
      .parse(step)
      .processors.map((processor) => steps(processors, 'post-processor', processor))
      .reduce(
        (inner, outer) => ({
          before: [...outer.before, ...inner.before],
          after: [...inner.after, ...outer.after],
        }),
        none,
      ),
  TemplateProcessing: (step) => {
    const { single, special_tokens } = templateSchema.parse(step);
    const text = single.findIndex((item) => 'Sequence' in item);
    const idsOf = (items: typeof single) =>
      items.flatMap((item) =>
        'SpecialToken' in item ? (special_tokens[item.SpecialToken.id]?.ids ?? []) : [],
      );
    return text < 0 ? none : { before: idsOf(single.slice(0, text)), after: idsOf(single.slice(text + 1)) };
  },
};

function aroundBoth(step: Step): Marks {
  const { cls, sep } = pairSchema.parse(step);
  return { before: [cls[1]], after: [sep[1]] };
}

/** @throws HumanError where no mark stands before a text: it is the one whose state is classified. */
export function marksOf(step: Step | null | undefined): Marks {
  const marks = step ? steps(processors, 'post-processor', step) : none;
  if (marks.before.length === 0) {
    throw new HumanError('This tokenizer puts no mark such as [CLS] before a text.', {
      hint: 'A classifier reads the state of that mark. Its tokenizer.json should have a "post_processor" with one.',
    });
  }
  return marks;
}
