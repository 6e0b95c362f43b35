import type { TrainModel } from './run-context';

export const trainBaseline: TrainModel = async () => {
  throw new Error('The baseline is being built.');
};
