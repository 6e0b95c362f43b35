/** The names of classes that the Hub's Parquet files keep beside their numbers. */
import * as z from 'zod';
import { quoteName } from '../protocol/did-you-mean';
import type { FieldProblem } from './field-values';

const metadata = z.object({ info: z.object({ features: z.record(z.string(), z.unknown()) }) });
const classLabel = z.object({ _type: z.literal('ClassLabel'), names: z.array(z.string()) });
const listOf = z.object({ feature: z.unknown() });

/**
 * The classes of the columns that hold their numbers, as the library `datasets` writes them under the key
 * "huggingface": `{"info": {"features": {"label": {"names": ["neg", "pos"], "_type": "ClassLabel"}}}}`. Lists of them
 * (`Sequence`, `List`, or a list in JSON) count too.
 */
export function classNames(pairs: readonly { key: string; value?: string }[] = []): Map<string, string[]> {
  const written = pairs.find(({ key }) => key === 'huggingface')?.value ?? '';
  const parsed = metadata.safeParse(parseQuietly(written));
  if (!parsed.success) return new Map();
  return new Map(
    Object.entries(parsed.data.info.features).flatMap(([column, feature]) => {
      const names = namesOf(feature);
      return names ? [[column, names] as const] : [];
    }),
  );
}

function namesOf(feature: unknown, depth = 0): string[] | undefined {
  const label = classLabel.safeParse(feature);
  if (label.success) return label.data.names;
  const inner = Array.isArray(feature) ? feature[0] : listOf.safeParse(feature).data?.feature;
  // A list of lists holds no labels of a row.
  return inner === undefined || depth > 0 ? undefined : namesOf(inner, depth + 1);
}

function parseQuietly(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A value with the names of its classes in the place of their numbers, or what is wrong with it. */
export function nameClasses(
  value: unknown,
  column: string,
  names: readonly string[],
): { value: unknown } | { problem: FieldProblem } {
  const values = Array.isArray(value) ? value : [value];
  const unnamed = values.find((one) => isNumber(one) && names[Number(one)] === undefined);
  if (unnamed === undefined) {
    const named = values.map((one) => (isNumber(one) ? names[Number(one)] : one));
    return { value: Array.isArray(value) ? named : named[0] };
  }
  return {
    problem: {
      message:
        Number(unnamed) === -1
          ? `the class (${quoteName(column)}) is -1: it is kept secret`
          : `the class (${quoteName(column)}) is ${unnamed}, but only 0 to ${names.length - 1} have names`,
      hint: 'Rows without a class can neither be trained nor measured on. Data sets of contests have -1 in their test rows: use the validation rows.',
    },
  };
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}
