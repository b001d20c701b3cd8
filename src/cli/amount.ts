import { InvalidArgumentError } from 'commander';

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 };

/**
 * A count as people write it: `800000`, `8e5`, `800k`, `0.8M`, `1.2G`.
 *
 * @throws InvalidArgumentError
 */
export function amount(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?(?:e\d{1,2})?)([kmg]?)$/i.exec(text.trim()) ?? [];
  const factor = UNITS[unit.toLowerCase()];
  if (number === '' || factor === undefined) {
    throw new InvalidArgumentError('Expected a number such as 800000, 800k, 0.8M or 1.2G.');
  }
  return Number(number) * factor;
}
