/** How many numbers a stored distribution has: its quantiles at (i + 0.5) / 129. */
export const QUANTILES = 129;

/**
 * A reference distribution of one number over the architectures of a space, kept as its quantiles. Says which
 * share of the space lies below a value, in (0, 1), strictly increasing: beyond the outermost quantiles it goes
 * on exponentially, so that a search can still tell its best finds apart.
 */
export class Distribution {
  private readonly quantiles: Float32Array;
  /** Distance over which the tails fall to 1/e: a quarter of the distribution's middle half. */
  private readonly tail: number;

  /** @param quantiles ascending, {@link QUANTILES} of them */
  constructor(quantiles: Float32Array) {
    if (quantiles.length !== QUANTILES) {
      throw new RangeError(`a distribution has ${QUANTILES} quantiles, got ${quantiles.length}`);
    }
    this.quantiles = quantiles;
    const middle = this.at(Math.round(0.75 * QUANTILES)) - this.at(Math.round(0.25 * QUANTILES));
    this.tail = Math.max(middle / 4, 1e-6);
  }

  /** The distribution of a sample, NaN left out. */
  static of(sample: ArrayLike<number>): Distribution {
    const sorted = Float64Array.from(sample)
      .filter((value) => !Number.isNaN(value))
      .sort();
    const at = (p: number): number => {
      const place = Math.min(Math.max(p * sorted.length - 0.5, 0), sorted.length - 1);
      const low = Math.floor(place);
      const from = sorted[low] ?? 0;
      return from + (place - low) * ((sorted[low + 1] ?? from) - from);
    };
    return new Distribution(Float32Array.from({ length: QUANTILES }, (_, i) => at((i + 0.5) / QUANTILES)));
  }

  private at(i: number): number {
    return this.quantiles[i] ?? 0;
  }

  /** Its quantiles, as they are stored. */
  toQuantiles(): Float32Array {
    return this.quantiles;
  }

  /** The share of the space below `value`, in (0, 1). */
  percentile(value: number): number {
    const edge = 0.5 / QUANTILES;
    const first = this.at(0);
    const last = this.at(QUANTILES - 1);
    if (value < first) return edge * Math.max(Math.exp((value - first) / this.tail), 1e-9);
    if (value > last) return 1 - edge * Math.max(Math.exp((last - value) / this.tail), 1e-9);
    // Last quantile <= value; of a run of equal quantiles the middle counts.
    let low = 0;
    let high = QUANTILES - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.at(middle) <= value) low = middle;
      else high = middle - 1;
    }
    if (this.at(low) === value) {
      let start = low;
      while (start > 0 && this.at(start - 1) === value) start--;
      return ((start + low) / 2 + 0.5) / QUANTILES;
    }
    const gap = this.at(low + 1) - this.at(low);
    return (low + (value - this.at(low)) / gap + 0.5) / QUANTILES;
  }
}
