import type { IdleSteps } from './idle-steps';
import { BLOCK, type RowSpace, STRETCH, STRETCHES } from './row-space';

/**
 * What happened to rows while they were idle, where the kernels find it: see Exports.stepRows. Rows were mostly last touched in
 * the same few steps, so each stretch of idle steps is there once, by the step that it began at.
 */
export class IdleStretches {
  /** By the step that they began at: the address, or 0. */
  private addresses = new Int32Array(1024);
  /** The steps that have one. */
  private readonly starts: number[] = [];
  /** The step up to which they are. */
  private end = 0;

  constructor(private readonly idle: IdleSteps) {}

  /** Lists the stretch of each of these rows, at most BLOCK of them, that has one to make up for. */
  list(space: RowSpace, rows: Int32Array, first: number, count: number): void {
    const { idleAt, lastStep } = space;
    this.makeRoom();
    for (let i = 0; i < count; i++) {
      const row = rows[first + i]!;
      idleAt[i] = row === 0 ? 0 : this.since(space, lastStep[row]!);
    }
  }

  /** The address of the stretch of a single row; 0 where nothing happened to it. */
  of(space: RowSpace, row: number): number {
    this.makeRoom();
    return this.since(space, space.lastStep[row]!);
  }

  private since(space: RowSpace, from: number): number {
    return from === this.idle.steps ? 0 : this.addresses[from]! || this.add(space, from);
  }

  private add({ stretches }: RowSpace, from: number): number {
    const { keep, moved, epsilon, shrink } = this.idle.since(from);
    const at = STRETCH * this.starts.length;
    stretches.set([keep, moved, epsilon, ...shrink], at);
    this.starts.push(from);
    const address = stretches.byteOffset + 4 * at;
    this.addresses[from] = address;
    return address;
  }

  /** Forgets stretches that have gone on since, or that there is no more room beside: for BLOCK more of them. */
  private makeRoom(): void {
    const { steps } = this.idle;
    if (this.end === steps && this.starts.length + BLOCK <= STRETCHES) return;
    for (const from of this.starts.splice(0)) this.addresses[from] = 0;
    this.end = steps;
    if (steps < this.addresses.length) return;
    const longer = new Int32Array(2 * steps);
    longer.set(this.addresses);
    this.addresses = longer;
  }
}
