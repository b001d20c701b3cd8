import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { skipN } from 'pure-rand/utils/skipN';

/** Where a stream of random numbers stands: four 32-bit integers, plain data. */
export type RandomState = readonly number[];

/** A stream of random numbers (xoroshiro128+): the same seed or state gives the same numbers on any machine. */
export interface Random {
  /** A whole number, 0..limit-1, each as likely. */
  below(limit: number): number;
  /** A number in [0, 1), 53 bits of it random. */
  unit(): number;
  /** What `restoreRandom` goes on from. */
  state(): RandomState;
}

/** Neighbouring seeds start out alike: xoroshiro needs a few dozen steps to spread a state's few set bits. */
const WARM_UP = 64;

/** @param seed a whole number, 0..2^32-1 */
export function seededRandom(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  skipN(generator, WARM_UP);
  return random(generator);
}

export function restoreRandom(state: RandomState): Random {
  return random(xoroshiro128plusFromState(state));
}

function random(generator: ReturnType<typeof xoroshiro128plus>): Random {
  return {
    below: (limit) => uniformInt(generator, 0, limit - 1),
    unit: () => uniformFloat64(generator),
    state: () => [...generator.getState()],
  };
}
