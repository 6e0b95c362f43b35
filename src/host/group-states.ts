import type { GroupState } from '../protocol/dashboard';
import { readView } from './read-view';
import type { RunStore, StoredRun } from './run-store';

/** What groups tell of their runs: of a living one as it goes on, of an ended one once it was asked for. */
export class GroupStates {
  readonly #ended = new Map<string, { run: StoredRun; state: GroupState | null }>();

  constructor(private readonly store: RunStore) {}

  /** What is known of a group without reading. */
  known({ folder }: StoredRun): GroupState | null {
    return this.store.feed(folder)?.view.group ?? this.#ended.get(folder)?.state ?? null;
  }

  async read(run: StoredRun): Promise<GroupState | null> {
    const known = this.#ended.get(run.folder);
    if (known?.run === run) return known.state;
    const state = await readGroup(this.store, run);
    if (!this.store.feed(run.folder)) this.#ended.set(run.folder, { run, state });
    return state;
  }

  /** Forgets the groups that are gone. */
  keep(runs: readonly StoredRun[]): void {
    const folders = new Set(runs.map(({ folder }) => folder));
    for (const folder of this.#ended.keys()) if (!folders.has(folder)) this.#ended.delete(folder);
  }
}

/** What a group tells now. One that was begun to be followed a moment ago has told nothing yet: then its events do. */
export async function readGroup(store: RunStore, { folder }: StoredRun): Promise<GroupState | null> {
  return store.feed(folder)?.view.group ?? (await readView(folder)).group;
}
