import { expect, test } from 'vitest';
import { CATALOGUE } from '../../src/operators/catalogue.ts';

test('at least 150 operators, each with its own id and words', () => {
  expect(CATALOGUE.length).toBeGreaterThanOrEqual(150);
  expect(new Set(CATALOGUE.map(({ id }) => id)).size).toBe(CATALOGUE.length);
  expect(new Set(CATALOGUE.map(({ description }) => description.toLowerCase())).size).toBe(CATALOGUE.length);
});

test('every operator is described in three lengths, each longer than the last and beginning with it', () => {
  for (const { description, medium, long } of CATALOGUE) {
    expect(medium.startsWith(`${description}: `)).toBe(true);
    expect(long.startsWith(`${medium}. `)).toBe(true);
  }
});
