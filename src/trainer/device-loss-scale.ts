/** As torch.amp.GradScaler begins and goes on. */
const FIRST = 2 ** 16;
const GROWS_AFTER = 2000;
/** With less, a gradient is too large for 16 bits as it is. */
const LEAST = 1;

/**
 * What a loss is multiplied by, so that its gradients are neither lost among the smallest 16-bit numbers nor beyond the
 * largest (Micikevicius et al. 2018). A power of two: the gradients lose nothing by it.
 */
export class LossScale {
  private goodSteps = 0;

  constructor(public value = FIRST) {}

  /** After a step that was taken. */
  grow(): void {
    this.goodSteps++;
    if (this.goodSteps < GROWS_AFTER) return;
    this.value *= 2;
    this.goodSteps = 0;
  }

  /**
   * After a gradient that is not finite: that step is left out.
   *
   * @returns false where no smaller scale can help
   */
  shrink(): boolean {
    this.goodSteps = 0;
    this.value /= 2;
    return this.value >= LEAST;
  }
}
