import * as z from 'zod';
import type { Failure, RunEvent, RunStatus } from '../protocol/events';
import { definedMetrics, type MetricName, metricNames, monitorNames } from '../protocol/metrics';

const count = z.int().nonnegative();
const split = z.enum(['train', 'validation', 'test']);
const base = { time: z.iso.datetime() };

export const runStatusSchema = z.enum([
  'starting',
  'running',
  'succeeded',
  'failed',
  'stopped',
]) satisfies z.ZodType<RunStatus>;

export const failureSchema = z.enum(['device']) satisfies z.ZodType<Failure>;

export const scoresSchema = z.object({ loss: z.number().nullable(), accuracy: z.number().nullable() });

const score = z.number().nullable();

/** One number, or nothing, for each metric. */
const epochMetrics = () =>
  z.object(Object.fromEntries(metricNames.map((name) => [name, score])) as Record<MetricName, typeof score>);

const evaluationSchema = () =>
  z.object({
    ...epochMetrics().shape,
    ...(Object.fromEntries(definedMetrics.map((name) => [name, z.number()])) as Record<
      (typeof definedMetrics)[number],
      z.ZodNumber
    >),
    split,
    task: z.enum(['single-label', 'multi-label']),
    rows: count,
    classes: z.array(
      z.object({
        label: z.string(),
        precision: z.number(),
        recall: z.number(),
        f1: z.number(),
        rocAuc: score,
        prAuc: score,
        threshold: z.number().optional(),
        support: count,
      }),
    ),
    confusion: z.array(z.array(count)),
    reliability: z.array(z.object({ rows: count, confidence: z.number(), accuracy: z.number() })),
  });

const monitored = () => z.enum(monitorNames);

const trialStatus = z.enum(['running', 'succeeded', 'failed', 'stopped', 'pruned']);

/**
 * Checks one event as read from `events.ndjson`; keys that it does not know are dropped. Built when the first event
 * is checked: the editor waits for its extension to come up.
 */
export const runEventSchema = z.lazy(() =>
  z.discriminatedUnion('type', [
    z.object({ ...base, type: z.literal('started'), id: z.string(), name: z.string() }),
    z.object({
      ...base,
      type: z.literal('phase'),
      phase: z.enum([
        'downloading',
        'reading data',
        'building vocabulary',
        'tokenizing',
        'compiling',
        'training',
        'evaluating',
        'saving',
      ]),
    }),
    z.object({
      ...base,
      type: z.literal('data'),
      rows: z.record(split, count),
      classes: z.array(z.object({ label: z.string(), train: count, validation: count, test: count })),
      lengths: z.object({
        median: z.number(),
        p95: z.number(),
        longest: z.number(),
        cutTexts: count,
        cutTokenShare: z.number(),
      }),
      vocabulary: z.object({
        size: count,
        seen: count.optional(),
        vectorsFound: count.optional(),
        unknownTokenShare: z.number(),
      }),
    }),
    z.object({
      ...base,
      type: z.literal('model'),
      summary: z.string(),
      parameters: z.array(z.object({ name: z.string(), shape: z.array(count), trained: z.boolean() })),
      parameterCount: count,
      device: z.string(),
      threads: count,
      reason: z.string().optional(),
      fallbacks: z.record(z.string(), count).optional(),
    }),
    z.object({
      ...base,
      type: z.literal('batch'),
      epoch: count,
      epochs: count,
      batch: count,
      batches: count,
      step: count,
      loss: z.number(),
      accuracy: z.number(),
      learningRate: z.number(),
      samplesPerSecond: z.number(),
      etaSeconds: z.number(),
    }),
    z.object({
      ...base,
      type: z.literal('epoch'),
      epoch: count,
      train: scoresSchema,
      validation: epochMetrics(),
      learningRate: z.number(),
      best: z.boolean(),
      seconds: z.number(),
    }),
    z.object({ ...base, type: z.literal('continued'), from: z.string(), epoch: count }),
    z.object({ ...base, type: z.literal('thawed'), epoch: count }),
    z.object({ ...base, type: z.literal('evaluation'), evaluation: evaluationSchema() }),
    z.object({
      ...base,
      type: z.literal('labels'),
      by: z.enum(['folds', 'validation']),
      rows: count,
      issues: count,
      wrongShare: z.number(),
    }),
    z.object({
      ...base,
      type: z.literal('examples'),
      examples: z.array(z.object({ text: z.string(), label: z.string(), probability: z.number() })),
    }),
    z.object({ ...base, type: z.literal('download'), name: z.string(), done: count, total: count }),
    z.object({
      ...base,
      type: z.literal('group'),
      kind: z.enum(['search', 'folds', 'repeat']),
      planned: count.nullable(),
      metric: monitored(),
      options: z.array(z.object({ path: z.string(), scale: z.enum(['linear', 'log', 'choice']) })),
    }),
    z.object({
      ...base,
      type: z.literal('trial'),
      index: count,
      id: z.string(),
      label: z.string(),
      settings: z.record(z.string(), z.unknown()),
      status: trialStatus,
      epoch: count,
      value: score,
      seconds: z.number(),
      message: z.string().optional(),
    }),
    z.object({
      ...base,
      type: z.literal('summary'),
      metrics: z.array(
        z.object({ split, name: z.enum(metricNames), mean: z.number(), deviation: z.number(), runs: count }),
      ),
      best: z.object({ index: count, id: z.string(), value: z.number() }).optional(),
    }),
    z.object({ ...base, type: z.literal('warning'), message: z.string() }),
    z.object({
      ...base,
      type: z.literal('finished'),
      status: z.enum(['succeeded', 'failed', 'stopped']),
      message: z.string().optional(),
      failure: failureSchema.optional(),
    }),
  ]),
) satisfies z.ZodType<RunEvent>;

/** Intersections flattened and optional keys required, so that a key missing on one side shows. */
type Spelt<T> = T extends object ? { [Key in keyof T]-?: Spelt<T[Key]> } : T;
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : { missing: B; extra: A };

/** Fails to compile where the schema and the protocol's type differ in any key. */
true satisfies Same<Spelt<z.infer<typeof runEventSchema>>, Spelt<RunEvent>>;
