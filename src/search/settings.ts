import { z } from 'zod';

export const ALGORITHMS = [
  'pruning',
  'evolution',
  'hybrid',
  'random',
  'exhaustive',
  'regularized-evolution',
] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** What an architecture costs by its graph alone, known before it is scored. */
export const COSTS = ['params', 'flops', 'depth'] as const;
export type CostName = (typeof COSTS)[number];

/** How a network with several operators alive in a slot is scored; see pruning.ts. */
export const SUPERNETS = ['expected', 'parallel'] as const;
export type SupernetScoring = (typeof SUPERNETS)[number];

/** Budgets beyond this want a batch system rather than an edge worker. */
export const MAX_EVALUATIONS = 1_000_000;
const MAX_CONSTRAINTS = 16;

const NAME = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/, 'a name: params, flops, depth, or a head of the model');

const LIMIT = z
  .strictObject({ min: z.number().optional(), max: z.number().optional() })
  .refine(({ min, max }) => min !== undefined || max !== undefined, 'expected min, max or both')
  .refine(({ min = -Infinity, max = Infinity }) => min <= max, 'expected min to be at most max');

const fraction = z.number().min(0).max(1);

/** The knobs of the algorithms; each is read by those named beside it and ignored by the others. */
const OPTIONS = z.strictObject({
  /** pruning, hybrid: how a supernet is scored. */
  supernet: z.enum(SUPERNETS).optional(),
  /** pruning, hybrid: completions that an expected score is the mean of. Default: as many as the budget buys. */
  completions: z.int().min(1).max(256).optional(),
  /** hybrid: the share of the budget that pruning may use. */
  pruningShare: fraction.default(0.5),
  /** evolution, hybrid, regularized-evolution: individuals alive at a time. */
  population: z.int().min(4).max(1_024).optional(),
  /** evolution, hybrid: weight of the difference of two individuals (F of differential evolution). */
  differentialWeight: z.number().min(0).max(2).default(0.5),
  /** evolution, hybrid: share of the slots that a child takes from the mutant (CR). */
  crossoverRate: fraction.default(0.2),
  /** evolution, hybrid: expected number of slots of a mutant that are drawn anew. */
  resets: z.number().min(0).max(64).default(0.5),
  /** regularized-evolution: individuals that compete to be a parent. */
  tournament: z.int().min(1).max(1_024).default(25),
  /** regularized-evolution: children asked for at once, as by so many workers. */
  children: z.int().min(1).max(1_024).default(16),
});

/** What a search is asked to do. With the space and the model it determines the result to the last byte. */
export const SEARCH_SETTINGS = z.strictObject({
  algorithm: z.enum(ALGORITHMS),
  /** Networks scored at most. What is met again, or over a limit by its cost alone, is free. */
  evaluations: z.int().min(1).max(MAX_EVALUATIONS),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(0),
  /** Hard limits: on params and flops in units, depth in layers, heads in the model's own units. */
  constraints: z
    .record(NAME, LIMIT)
    .refine((limits) => Object.keys(limits).length <= MAX_CONSTRAINTS, `at most ${MAX_CONSTRAINTS} limits`)
    .default({}),
  /** The score, to be as high as it can; and perhaps a cost or a head, to be as low as it can. */
  objectives: z
    .union([z.tuple([z.literal('score')]), z.tuple([z.literal('score'), NAME])])
    .refine(([, second]) => second !== 'score', 'expected a second objective other than the score')
    .default(['score']),
  options: OPTIONS.prefault({}),
});

export type SearchSettings = z.output<typeof SEARCH_SETTINGS>;
export type SearchSettingsInput = z.input<typeof SEARCH_SETTINGS>;

export const isCost = (name: string): name is CostName => COSTS.some((cost) => cost === name);

/** The model's heads that the settings name, which every score must then bring. */
export function headsNamed({ constraints, objectives }: SearchSettings): string[] {
  const names = [...Object.keys(constraints), ...objectives.slice(1)];
  return [...new Set(names)].filter((name) => !isCost(name)).sort();
}
