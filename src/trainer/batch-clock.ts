/** Speed over the last seconds, and what is left at that speed. */
export class BatchClock {
  private timed = 0;
  samplesPerSecond = 0;
  private secondsABatch = 0;
  private last = performance.now();

  /** `batches`: how many were trained on so far. */
  constructor(
    private readonly totalBatches: number,
    public batches: number,
  ) {}

  /** Leaves out the time since the last batch: evaluating and saving are no training. */
  resume(): void {
    this.last = performance.now();
  }

  tick(samples: number): void {
    const now = performance.now();
    // Not under a microsecond: the rate must stay a finite number.
    const seconds = Math.max(now - this.last, 1e-3) / 1000;
    this.last = now;
    this.batches++;
    this.timed++;
    // A moving average over about twenty batches; the first ones count in full.
    const weight = Math.max(1 / this.timed, 0.05);
    this.secondsABatch += weight * (seconds - this.secondsABatch);
    this.samplesPerSecond += weight * (samples / seconds - this.samplesPerSecond);
  }

  get etaSeconds(): number {
    return Math.max(0, this.totalBatches - this.batches) * this.secondsABatch;
  }
}
