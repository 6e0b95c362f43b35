/** Whatever needs the schema of experiments, see `load-experiment-tools.ts`. */
export { adoptSettings } from '../experiment/adopt';
export { vectorsDownload } from '../experiment/known-vectors';
export { parseExperiment, resolvedToJson } from '../experiment/parse';
export { foldCount, plannedRuns } from '../experiment/planned-runs';
export { typesAt } from '../experiment/schema-walk';
