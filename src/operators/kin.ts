/**
 * Which known operator unheard-of words mean, as far as their weights are concerned. Known are the catalogue's
 * operators whose layers are known, and other wordings of some of them: of a wording that is in neither, the
 * catalogue alone finds the weights to a factor of 2.3 in the mean, both together to one of 1.3.
 */
import { layersOf } from '../graph/anatomy.ts';
import { COLUMNS } from './projection.ts';

/** `models/wordings.json`. */
export interface WordingManifest {
  /** Of the wordings themselves, which `scripts/train/wordings.ts` makes. */
  readonly sha256: string;
  /** Wordings by canonical words; from first to last, they are the rows of `wordings-64.bin`: int8 [rows][64]. */
  readonly operators: Readonly<Record<string, number>>;
}

/** An operator with vectors [rows][64] of what it is called. */
export interface Called {
  readonly op: string;
  readonly vectors: ArrayLike<number>;
  /** One unit of the vectors. */
  readonly step: number;
}

const isLayered = (op: string): boolean =>
  layersOf(op, { channelsIn: 64, channelsOut: 64, side: 8, stride: 1 }) !== undefined;

/** Squared distance of `vector` [64] from row `row` of `called`. */
function distance({ vectors, step }: Called, row: number, vector: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < COLUMNS; i++) {
    const apart = step * (vectors[row * COLUMNS + i] ?? 0) - (vector[i] ?? 0);
    sum += apart * apart;
  }
  return sum;
}

/** Finds the operator whose layers are known and one of whose vectors lies nearest to a vector [64]. */
export function kinFinder(all: readonly Called[]): (vector: ArrayLike<number>) => string {
  const layered = all.filter(({ op }) => isLayered(op));
  return (vector) => {
    let [kin, closest] = ['', Infinity];
    for (const called of layered) {
      for (let row = 0; row * COLUMNS < called.vectors.length; row++) {
        const apart = distance(called, row, vector);
        if (apart < closest) [kin, closest] = [called.op, apart];
      }
    }
    return kin;
  };
}
