/** Whatever needs the schema of experiments, see `load-experiment-tools.ts`. */
export { adoptSettings } from '../experiment/adopt';
export { baselineOf } from '../experiment/baseline-of';
export { parseExperiment, resolvedToJson } from '../experiment/parse';
export { plannedRuns } from '../experiment/planned-runs';
export { typesAt } from '../experiment/schema-walk';
export { downloadQuestion, downloadsOf } from './downloads';
export { LabelDoubts } from './label-doubts';
export { registerLabelFixes } from './label-fixes';
