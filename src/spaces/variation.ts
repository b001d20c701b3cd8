import type { Random } from './random.ts';
import { admits, type Genome, type Space, type Subspace, wholeOf } from './space.ts';

/**
 * Draws before giving up on a space in which few genomes are architectures. About one in three genomes of
 * NAS-Bench-101 is one.
 */
const ATTEMPTS = 1_000;

/** The first admitted genome of {@link ATTEMPTS} draws, if any. */
function firstAdmitted(space: Space, make: () => Genome): Genome | undefined {
  const attempts = space.violation === undefined ? 1 : ATTEMPTS;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const genome = make();
    if (admits(space, genome)) return genome;
  }
  return undefined;
}

/**
 * An architecture drawn uniformly over the genomes of a space, or of the part of it that is open.
 *
 * @returns undefined when no architecture turned up: the open part has none, or hardly any
 */
export function sample(space: Space, random: Random, open: Subspace = wholeOf(space)): Genome | undefined {
  return firstAdmitted(space, () => open.map((choices) => choices[random.below(choices.length)] ?? 0));
}

/**
 * The architecture with one slot changed to another choice, both drawn uniformly.
 *
 * @returns undefined when no neighbour turned up
 */
export function mutate(space: Space, genome: Genome, random: Random): Genome | undefined {
  const variable = space.slots.flatMap(({ choices }, slot) => (choices.length > 1 ? [slot] : []));
  if (variable.length === 0) return undefined;
  return firstAdmitted(space, () => {
    const slot = variable[random.below(variable.length)] ?? 0;
    const others = (space.slots[slot]?.choices.length ?? 2) - 1;
    const step = 1 + random.below(others);
    return genome.map((choice, i) => (i === slot ? (choice + step) % (others + 1) : choice));
  });
}

/**
 * An architecture that takes every slot from one parent or the other, as likely (uniform crossover).
 *
 * @returns undefined when no admitted child turned up
 */
export function crossover(space: Space, mother: Genome, father: Genome, random: Random): Genome | undefined {
  return firstAdmitted(space, () =>
    mother.map((choice, i) => (random.below(2) === 0 ? choice : (father[i] ?? choice))),
  );
}

/**
 * The genome that follows in the space's order; without one, all are counted up, the first slot the fastest.
 *
 * @returns undefined after the last
 */
export function successor(space: Space, genome: Genome): Genome | undefined {
  if (space.order !== undefined) return space.order.next(genome);
  const next = [...genome];
  for (const [slot, { choices }] of space.slots.entries()) {
    const choice = (next[slot] ?? 0) + 1;
    if (choice < choices.length) {
      next[slot] = choice;
      return next;
    }
    next[slot] = 0;
  }
  return undefined;
}

/** The first genome in the order of `successor`. */
export function firstGenome(space: Space): Genome {
  return space.order?.first ?? space.slots.map(() => 0);
}

/** Every architecture of a space, lazily, in the order of `successor`, from one of the genomes on. */
export function* enumerate(space: Space, from: Genome = firstGenome(space)): Generator<Genome, void> {
  for (let at: Genome | undefined = from; at !== undefined; at = successor(space, at)) {
    if (admits(space, at)) yield at;
  }
}
