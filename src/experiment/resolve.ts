import { sourceFindings } from './data-source';
import { explainIssue } from './explain';
import { withModelDefaults } from './model-defaults';
import type { Finding } from './problems';
import { brokenRules } from './rules';
import { type Experiment, experimentSchema } from './schema';

export interface Resolved {
  /** With every default spelt out; absent where the schema does not allow what was written. */
  experiment?: Experiment;
  /** Errors and warnings; an experiment with an error is not to be trained. */
  findings: Finding[];
}

/**
 * Fills an experiment's defaults in and checks each option, and the options against each other. What `search`
 * says of them is checked by `searchFindings`.
 *
 * @param written the value of an experiment file
 * @param name what it is called where it has no name of its own
 */
export function resolveExperiment(written: unknown, name: string): Resolved {
  const result = experimentSchema.safeParse(withModelDefaults(written));
  const ofSource = sourceFindings(written);
  if (!result.success) {
    const issues = result.error.issues.flatMap((issue) => explainIssue(issue, written));
    return { findings: [...ofSource, ...issues] };
  }
  const { $schema: _, name: ownName = name, ...rest } = result.data;
  const experiment = { name: ownName, ...rest };
  return { experiment, findings: [...ofSource, ...brokenRules(experiment, written)] };
}
