export interface Halving {
  /**
   * Hears of a trial's value after an epoch (from 1); says whether the trial is to go on.
   *
   * @param value null where it could not be computed, which is worse than any other
   */
  goesOn(epoch: number, value: number | null): boolean;
}

/**
 * Asynchronous successive halving, in the form that stops trials (Li et al., "A system for massively parallel
 * hyperparameter tuning", 2020; Optuna's SuccessiveHalvingPruner, without its minimum early stopping rate). The rungs are
 * after the epochs `firstEpoch * factor ** k`. A trial that reaches a rung goes on if its value there is among the best
 * `floor(n / factor)` of the n seen at that rung so far, itself included, and at least if it is the best one.
 */
export function successiveHalving(
  { factor, firstEpoch }: { factor: number; firstEpoch: number },
  higherIsBetter: boolean,
): Halving {
  const rungs = new Map<number, number[]>();
  const isRung = (epoch: number) => {
    let rung = firstEpoch;
    while (rung < epoch) rung *= factor;
    return rung === epoch;
  };
  return {
    goesOn(epoch, value) {
      if (!isRung(epoch)) return true;
      if (value === null) return false;
      const errors = rungs.get(epoch) ?? [];
      rungs.set(epoch, errors);
      const error = higherIsBetter ? -value : value;
      errors.push(error);
      errors.sort((a, b) => a - b);
      const promoted = Math.max(1, Math.floor(errors.length / factor));
      return error <= errors[promoted - 1]!;
    },
  };
}
