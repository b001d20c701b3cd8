import { describe, expect, it } from 'vitest';
import { committeeOf, jobs, optionsOf } from '../../scripts/train/plan.ts';

const taught = jobs().filter((job) => committeeOf(job).length > 0);

describe('training plan', () => {
  it('names every network and every member once', () => {
    const members = taught.flatMap(committeeOf);
    const ids = [...jobs().map(({ id }) => id), ...new Set(members.map(({ id }) => id))];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('gives a committee where P2 can show all cells, and nowhere else', () => {
    expect(taught.map(({ id }) => id)).toEqual(
      [1, 2, 3]
        .map((seed) => `p2-nas-bench-201.${seed}`)
        .concat([1, 2, 3].map((seed) => `p2-transnas-micro.${seed}`)),
    );
  });

  it('keeps the members under the protocol and the target of their pupil, each with a seed of its own', () => {
    for (const job of taught) {
      const members = committeeOf(job);
      expect(members).toHaveLength(8);
      expect(new Set(members.map(({ seed }) => seed)).size).toBe(8);
      for (const member of members) {
        expect(member.protocol).toBe('P2');
        expect(member.target).toBe(job.target);
      }
    }
  });

  it('teaches no network by the members of its own seed', () => {
    for (const job of taught) {
      expect(committeeOf(job).filter(({ seed }) => Math.floor(seed / 10) === job.seed)).toEqual([]);
    }
  });

  it('lets members learn from the tables, not from committees of their own', () => {
    for (const member of taught.flatMap(committeeOf)) {
      expect(committeeOf(member)).toEqual([]);
      expect(optionsOf(member).steps).toBeLessThan(optionsOf(taught[0] ?? member).steps);
    }
  });
});
