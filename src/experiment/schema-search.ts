import * as z from 'zod';
import { monitorNames } from '../protocol/metrics';
import { count, positive } from './schema-parts';

const range = z.strictObject({
  from: z.number().describe('The lowest value.'),
  to: z.number().describe('The highest value.'),
  scale: z
    .enum(['linear', 'log'])
    .default('linear')
    .describe('How values are drawn between the two: evenly, or evenly in their order of magnitude (log).'),
  step: positive()
    .optional()
    .describe(
      'Values are "from" plus multiples of this. Without it any number between the two, which a grid cannot have.',
    ),
});

const halving = z.strictObject({
  factor: count(2)
    .default(3)
    .describe(
      'At each check only the best one of so many goes on, and the next check is so many times later.',
    ),
  firstEpoch: count(1).default(1).describe('After this epoch a trial is checked for the first time.'),
});

export const search = z.strictObject({
  strategy: z
    .enum(['grid', 'random'])
    .default('random')
    .describe('How settings are chosen: grid tries every combination, random draws them with the seed.'),
  options: z
    .record(z.string(), z.union([z.array(z.unknown()).min(1), range]))
    .describe(
      'The options to try, each by its dotted path, with a list of values or a range: { "model.hiddenSize": [64, 128], "training.optimizer.learningRate": { "from": 0.0001, "to": 0.01, "scale": "log" } }.',
    ),
  trials: count(1)
    .optional()
    .describe('How many settings are tried at most. A random search without "minutes" tries 20.'),
  minutes: positive()
    .optional()
    .describe('After so many minutes no further trial begins, and the one at hand is stopped.'),
  metric: z
    .enum(monitorNames)
    .default('validation.accuracy')
    .describe('The metric on the validation rows that decides which trial is the best.'),
  halving: halving
    .nullable()
    .default(null)
    .describe(
      'Stops poor trials early: after some epochs a trial that is not among the best so far ends. null lets all finish; {} stops with the defaults.',
    ),
});
