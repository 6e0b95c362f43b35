import type { Phase } from './events';

/** What a person reads of a phase, in a terminal and on the dashboard. */
export const phaseNames: Record<Phase, string> = {
  downloading: 'Downloading',
  'reading data': 'Reading data',
  'building vocabulary': 'Building the vocabulary',
  tokenizing: 'Cutting the texts into tokens',
  compiling: 'Compiling the model',
  training: 'Training',
  evaluating: 'Evaluating',
  saving: 'Saving the model',
};
