import type { Random } from '../data/random';
import type { DropoutMask } from '../nn/scope';
import {
  type AnyTensor,
  type DeviceExecutable,
  type DeviceExecutor,
  type DeviceTensor,
  floatTensor,
  sizeOf,
  type Tensor,
} from '../runtime/executor';
import { type Batch, dimsOf } from './batch';
import { dropoutRow, renewalProgram } from './device-programs';
import { fillDropoutMask } from './dropout';
import { drawStart, RENEWED, roomFor } from './dropout-pool';

/** A long row of random zeros and ones, scaled as dropout scales them. */
interface Row {
  readonly tensor: DeviceTensor;
  readonly length: number;
  readonly renewal: DeviceExecutable;
}

/**
 * The pools of dropout masks (see dropout-pool.ts) on a device: what goes there in a step is no more than where each mask
 * begins and ends, and the numbers that part of each row is replaced by.
 */
export class DeviceDropout {
  private readonly rows = new Map<number, Row>();
  private readonly fresh = floatTensor([RENEWED]);

  constructor(private readonly executor: DeviceExecutor) {}

  /** What a program is fed for its masks. Where several programs share a step, `reserve` for all of them first. */
  async draw(
    masks: readonly DropoutMask[],
    batch: Batch,
    random: Random,
  ): Promise<Record<string, AnyTensor>> {
    await this.reserve(masks, batch, random);
    const feeds: Record<string, AnyTensor> = {};
    for (const mask of masks) {
      const { tensor, length } = this.rows.get(mask.rate)!;
      const count = placesOf(mask, batch);
      const start = drawStart(length, count, random);
      feeds[dropoutRow(mask.rate)] = tensor;
      feeds[`${mask.name}_start`] = wholeNumber(start);
      feeds[`${mask.name}_end`] = wholeNumber(start + count);
    }
    return feeds;
  }

  /** Makes room for masks that are going to be drawn: windows that were drawn before may be of a shorter row. */
  async reserve(masks: readonly DropoutMask[], batch: Batch, random: Random): Promise<void> {
    const counts = new Map<number, number>();
    for (const mask of masks)
      counts.set(mask.rate, Math.max(counts.get(mask.rate) ?? 0, placesOf(mask, batch)));
    for (const [rate, count] of counts) {
      const length = roomFor(count);
      const known = this.rows.get(rate);
      if (known && known.length >= length) continue;
      const row = floatTensor([length]);
      fillDropoutMask(row.data, rate, random);
      const renewal = await this.executor.compileKept(renewalProgram(length, RENEWED), { kept: ['next'] });
      if (known) await releaseRow(known);
      this.rows.set(rate, { tensor: await this.executor.upload(row), length, renewal });
    }
  }

  /** Draws the next part of each row anew: when no mask is in use. */
  async renew(random: Random): Promise<void> {
    for (const [rate, row] of this.rows) {
      fillDropoutMask(this.fresh.data, rate, random);
      const { kept } = await row.renewal.step({ row: row.tensor, fresh: this.fresh });
      row.tensor.release();
      this.rows.set(rate, { ...row, tensor: kept.next! });
    }
  }

  async release(): Promise<void> {
    await Promise.all([...this.rows.values()].map(releaseRow));
    this.rows.clear();
  }
}

function releaseRow({ tensor, renewal }: Row): Promise<void> {
  tensor.release();
  return renewal.release();
}

function placesOf({ shape }: DropoutMask, batch: Batch): number {
  return sizeOf(dimsOf(shape, batch));
}

function wholeNumber(value: number): Tensor {
  return { dtype: 'int64', shape: [1], data: BigInt64Array.of(BigInt(value)) };
}
