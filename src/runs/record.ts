import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { type DeviceChoice, devices, engines } from '../protocol/devices';
import type { RunStatus } from '../protocol/events';
import { fileError } from '../protocol/file-error';
import { HumanError } from '../protocol/human-error';
import { isAlive } from '../protocol/is-alive';
import { failureSchema, runStatusSchema, scoresSchema } from './event-schema';
import { runPaths } from './paths';

const time = z.iso.datetime();

const deviceChoiceSchema = z.object({
  engine: z.enum(engines),
  device: z.enum(devices),
  reason: z.string().optional(),
}) satisfies z.ZodType<DeviceChoice>;

export const runRecordSchema = z.object({
  schemaVersion: z.literal(1, { error: 'this version of TextClf reads schemaVersion 1 only' }),
  id: z.string().min(1),
  name: z.string(),
  /** Absolute path of the experiment file that the run was started from. */
  experimentFile: z.string(),
  status: runStatusSchema,
  /** The training process. */
  pid: z.int().positive(),
  /** When the training process last said that it lives. */
  heartbeat: time,
  startedAt: time,
  endedAt: time.optional(),
  /** For a failed run: what, where and how to mend it. */
  message: z.string().optional(),
  failure: failureSchema.optional(),
  /** Null outside of a git repository. */
  git: z.object({ commit: z.string(), dirty: z.boolean() }).nullable(),
  dataDigest: z.string().optional(),
  seed: z.number(),
  versions: z.object({ textclf: z.string(), node: z.string(), onnxruntime: z.string() }),
  /** What computes it, in words, and by name. */
  device: z.string(),
  runtime: deviceChoiceSchema.optional(),
  threads: z.int().nonnegative(),
  /** The best epoch by the monitored metric, e.g. `validation.loss`, and its scores. */
  best: z
    .object({
      epoch: z.int(),
      metric: z.string(),
      value: z.number().nullable(),
      validation: scoresSchema.optional(),
    })
    .optional(),
  last: z.object({ epoch: z.int(), train: scoresSchema, validation: scoresSchema }).optional(),
  test: z.object({ accuracy: z.number(), macroF1: z.number() }).optional(),
  /** `baseline`, `lstm`, …: the type of its model. */
  model: z.string().optional(),
  /** Of a pretrained one: the encoder that it starts from, as the experiment names it. */
  encoder: z.string().optional(),
  /** The data set of the Hugging Face Hub that it learns from, and what its revision was. */
  dataset: z.object({ name: z.string(), config: z.string(), commit: z.string() }).optional(),
  /** Of a run that stands for several: a search, a cross-validation, repetitions. */
  group: z.object({ kind: z.enum(['search', 'folds', 'repeat']), planned: z.int().nullable() }).optional(),
  /** Of one of the several: the run that stands for them, and its place and name among them. */
  parent: z.object({ id: z.string(), index: z.int(), label: z.string() }).optional(),
  /** The id of the run whose best epoch it went on from. */
  continues: z.string().optional(),
});

/** What `run.json` says of a run. */
export type RunRecord = z.infer<typeof runRecordSchema>;

/** Whether a run is one of a group's: it counts through the run that stands for all of them. */
export function isChild({ parent }: Pick<RunRecord, 'parent'>): boolean {
  return parent !== undefined;
}

/** What a person is shown: a run whose process is gone did not end by itself. */
export type DisplayStatus = RunStatus | 'interrupted';

/**
 * Reads a run's record; keys that this version does not know are dropped.
 *
 * @throws HumanError naming the file where it is missing or broken.
 */
export function readRecord(folder: string): RunRecord {
  const file = runPaths(folder).record;
  const result = runRecordSchema.safeParse(parseJson(readText(file), file));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw brokenRecord(file, issue ? `${issue.path.join('.') || 'the content'}: ${issue.message}` : 'unknown');
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw fileError('reading', file, error);
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw brokenRecord(file, error instanceof Error ? error.message : String(error));
  }
}

function brokenRecord(file: string, why: string): HumanError {
  return new HumanError(`The record of the run cannot be read (${why}).`, {
    place: { file },
    hint: 'Delete the run folder, or restore this file from a copy.',
  });
}

/** A living process writes a heartbeat every 5 seconds; one batch may hold it up for a while. */
const heartbeatExpiry = 60_000;

/**
 * The status to show: `interrupted` where the record says that the run goes on but its
 * process is gone. Process ids are used again, so a process with the right id but without
 * a heartbeat for a minute counts as gone too (after a machine's sleep the next heartbeat
 * corrects that).
 *
 * @param now milliseconds since 1970
 */
export function displayStatus(record: RunRecord, now: number = Date.now()): DisplayStatus {
  if (record.status !== 'starting' && record.status !== 'running') return record.status;
  const silent = now - Date.parse(record.heartbeat) > heartbeatExpiry;
  return silent || !isAlive(record.pid) ? 'interrupted' : record.status;
}

/** A batch, a swapped-out or a suspended machine can hold up heartbeats this long, but hardly longer. */
const longestSilence = 10 * 60_000;

/**
 * Whether a process may still write into the run's folder. More careful than `displayStatus`, for what can't
 * be undone: a silent process counts as gone only when nothing was heard of it for ten minutes.
 *
 * @param now milliseconds since 1970
 */
export function mayBeRunning(record: RunRecord, now: number = Date.now()): boolean {
  if (record.status !== 'starting' && record.status !== 'running') return false;
  return now - Date.parse(record.heartbeat) <= longestSilence && isAlive(record.pid);
}
