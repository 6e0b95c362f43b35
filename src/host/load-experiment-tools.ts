/**
 * What needs the schema of experiments, loaded when it is first asked for: building the schema would take a fifth of
 * the time that the extension has to come up.
 */
export function loadExperimentTools(): Promise<typeof import('./experiment-tools')> {
  return import('./experiment-tools');
}
