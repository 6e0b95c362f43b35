import type { OptimizerOptions } from '../nn/optimizers';
import type { Replica } from '../runtime/executor';
import { Meeting, type Share, type Task } from './meeting';
import { numbersOf, type RowMessage } from './row-helper';
import type { RowTable } from './row-table';
import type { RowStep } from './row-work';

/**
 * The threads that work on a table: the one that owns it, and those of the other copies of the gradient program.
 * Where there are no others, the owner does all of it.
 */
export class RowTeam {
  private readonly meeting = new Meeting();
  /**
   * Of a row that does not fill its last vector, the kernels write what follows it as it was, and may so undo what
   * another thread did to the next row. Such rows are left to the owner alone.
   */
  private readonly areApart: boolean;
  private isMeeting = false;
  private areLeaving = false;
  private trouble: unknown;

  private constructor(
    private readonly table: RowTable,
    private readonly others: readonly Replica[],
  ) {
    this.areApart = table.width % 4 === 0;
  }

  /** `replicas`: one less than the table has threads; `byWord`: see PartWork. */
  static async assemble(
    table: RowTable,
    replicas: readonly Replica[],
    optimizer: OptimizerOptions,
    byWord: boolean,
  ): Promise<RowTeam> {
    const team = new RowTeam(table, table.isTrained ? replicas : []);
    await Promise.all(
      replicas.map((replica, i) =>
        replica.tell({
          type: 'table',
          form: table.form,
          memory: table.memory!,
          optimizer: table.isTrained ? optimizer : undefined,
          thread: 1 + i,
          byWord,
          meeting: team.meeting.memory,
        } satisfies RowMessage),
      ),
    );
    return team;
  }

  /** Waits until the others have left the last meeting: before the memory is laid out anew for the next batch. */
  async haveLeft(): Promise<void> {
    if (this.areLeaving) await this.arrival();
    this.areLeaving = false;
  }

  /** Asks the others to come when they are through with their parts of a batch; an update or `part` lets them go. */
  meet(tokens: number): void {
    this.isMeeting = true;
    for (const other of this.others) {
      other.tell({ type: 'meet', tokens } satisfies RowMessage).catch((error: unknown) => {
        this.trouble ??= error;
      });
    }
  }

  part(): void {
    if (!this.isMeeting) return;
    this.isMeeting = false;
    this.areLeaving = true;
    this.meeting.end();
  }

  /** Has the others begin to sum up gradients; whoever calls this then calls `accumulate`. */
  beginAccumulate(): void {
    if (this.table.isTrained) this.call('sum', this.table.namedCount);
  }

  /** RowTable.accumulate, by all threads. */
  async accumulate(): Promise<void> {
    const { table } = this;
    if (!table.isTrained) return;
    this.join(table.namedCount, (start, end) => table.work.sum(start, end));
    await this.arrival();
  }

  /** Has the others begin to update rows; whoever calls this then calls `update`. */
  beginUpdate(one: RowStep): void {
    if (!this.table.isTrained) return;
    this.call('update', this.table.touchedCount, numbersOf(one));
    this.isMeeting = false;
    this.areLeaving = true;
  }

  /** RowTable.update, by all threads. */
  async update(one: RowStep): Promise<void> {
    const { table } = this;
    if (!table.isTrained) return;
    this.join(table.touchedCount, (start, end) => table.work.update(start, end, one));
    await this.haveLeft();
    table.end(one);
  }

  private call(task: Task, rows: number, numbers: readonly number[] = []): void {
    this.meeting.call(task, this.areApart ? rows : 0, numbers);
  }

  private join(rows: number, share: Share): void {
    if (this.areApart) this.meeting.join(share);
    else share(0, rows);
  }

  private arrival(): Promise<void> {
    return this.meeting.arrival(this.others.length, () => {
      if (this.trouble !== undefined) throw this.trouble;
    });
  }
}
