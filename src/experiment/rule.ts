import type { Finding, Path, Remedy } from './problems';
import type { Experiment } from './schema';

/** What one field of an experiment says about another. */
export interface Rule {
  severity: Finding['severity'];
  /**
   * The places of an experiment that break the rule, each with what is wrong there.
   *
   * @param written the value of its file, for what is wrong to say at all
   */
  broken(experiment: Experiment, written: unknown): { path: Path; message: string; remedies?: Remedy[] }[];
  hint: string;
}
