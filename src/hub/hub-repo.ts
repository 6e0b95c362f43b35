/** The two kinds of repositories of the Hugging Face Hub that are read. */
import { knownDatasets } from '../experiment/known-datasets';
import { knownEncoders } from '../experiment/known-encoders';

export interface HubRepo {
  type: 'model' | 'dataset';
  /** `name` or `organisation/name`. */
  name: string;
}

interface Kind {
  /** In messages. */
  noun: string;
  /** What stands before its name in the addresses of pages and files. */
  prefix: string;
  /** Those that a misspelt name may mean. */
  known: readonly string[];
}

const kinds: Record<HubRepo['type'], Kind> = {
  model: { noun: 'model', prefix: '', known: knownEncoders.map(({ name }) => name) },
  dataset: { noun: 'data set', prefix: 'datasets/', known: knownDatasets.map(({ name }) => name) },
};

export function kindOf({ type }: HubRepo): Kind {
  return kinds[type];
}

/** The address of its page, which those of its files start with. */
export function pageOf(repo: HubRepo, endpoint: string): string {
  return `${endpoint}/${kindOf(repo).prefix}${repo.name}`;
}
