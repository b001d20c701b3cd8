/** Numbers as the page writes them. */

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat('en');

/** 1.07M, 153M, 12. */
export const short = (value: number): string => compact.format(value);

export const grouped = (value: number): string => whole.format(value);

/** Where a percentile stands, from the nearer end. */
export function standing(percentile: number): string {
  const top = 100 - percentile;
  const digits = (share: number): string => (share < 1 ? share.toFixed(2) : share.toFixed(1));
  return top <= 50 ? `top ${digits(top)}%` : `bottom ${digits(percentile)}%`;
}
