/**
 * Spaces that a caller brings: a cell of edges between named states, or a chain of positions, with operators in
 * any words and the macro rules that costs are counted by. Every dimension is bounded.
 */
import { z } from 'zod';
import { CHAIN_DEFAULTS } from '../formats/chain.ts';
import { DAG_NETWORK } from '../formats/dag.ts';
import { shaped } from '../formats/json-value.ts';
import { ArchitectureError } from '../graph/architecture-error.ts';
import { canonicalize } from '../graph/canonicalize.ts';
import { INPUT, OUTPUT } from '../graph/operator-graph.ts';
import { validate } from '../graph/validate.ts';
import { describe, MAX_OPERATOR_LENGTH } from '../operators/describe.ts';
import { CELL_INPUT, CELL_OUTPUT, cellSpace } from './cell.ts';
import { chainSpace } from './chain.ts';
import type { Space } from './space.ts';

/** Every slot is a node, and a graph has 64 with its input and output. */
const MAX_SLOTS = 62;
const MAX_POSITIONS = 60;
const MAX_CHOICES = 32;

const count = (max: number) => z.int().min(1).max(max);
const list = <T extends z.ZodType>(item: T) => z.array(item).min(1).max(MAX_CHOICES);
const operators = list(z.string().trim().min(1).max(MAX_OPERATOR_LENGTH));
const channels = count(16_384);
const resolution = count(4_096);
const id = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/, 'a name of at most 64 small letters, digits and hyphens')
  .default('custom');
const title = z.string().trim().min(1).max(128);
const state = z.string().regex(/^[A-Za-z0-9_]{1,32}$/, 'a state name of at most 32 letters, digits and _');

const CELL = z.strictObject({
  kind: z.literal('cell'),
  id,
  title: title.default('Custom cell space'),
  edges: z
    .array(z.strictObject({ from: state, to: state, choices: operators }))
    .min(1)
    .max(MAX_SLOTS),
  network: z
    .strictObject({
      channels: channels.default(DAG_NETWORK.channels),
      resolution: resolution.default(DAG_NETWORK.resolution),
      cells: count(1_024).default(DAG_NETWORK.cells),
    })
    .default(DAG_NETWORK),
});

const CHAIN = z.strictObject({
  kind: z.literal('chain'),
  id,
  title: title.default('Custom chain space'),
  positions: z
    .array(
      z.strictObject({
        operators,
        channels: list(channels),
        repeats: list(count(64)).default([1]),
        stride: count(16).default(1),
      }),
    )
    .min(1)
    .max(MAX_POSITIONS),
  input: z.strictObject({ channels, resolution }).default(CHAIN_DEFAULTS.input),
  stem: z.strictObject({ kernel: count(31) }).default(CHAIN_DEFAULTS.stem),
  head: z.strictObject({ channels, classes: count(1_000_000) }).default(CHAIN_DEFAULTS.head),
});

/** A space as JSON. */
export const SPACE_DEFINITION = z.discriminatedUnion('kind', [CELL, CHAIN]);
export type SpaceDefinition = z.input<typeof SPACE_DEFINITION>;

/**
 * The space that a definition describes; operators are taken to their canonical words.
 *
 * @throws ArchitectureError `json-shape` and others for what is no definition; `space-operator`,
 *   `space-duplicate-choice`, `space-duplicate-edge`, `space-state-unreachable`, `space-disconnected`,
 *   `space-single`, `graph-cycle` for one that makes no sense; each with its pointer
 */
export function defineSpace(given: unknown): Space {
  const definition = shaped(SPACE_DEFINITION, given);
  const space = definition.kind === 'cell' ? defineCell(definition) : defineChain(definition);
  if (space.slots.every(({ choices }) => choices.length === 1)) {
    fail('space-single', 'a space has at least one slot with two choices or more', '');
  }
  return space;
}

function fail(code: string, message: string, pointer: string): never {
  throw new ArchitectureError(code, message, { pointer });
}

/** Canonical words of a slot's operators, each once. */
function described(words: readonly string[], pointer: string): string[] {
  const canonical = words.map(describe);
  canonical.forEach((op, i) => {
    const at = `${pointer}/${i}`;
    if (op === INPUT || op === OUTPUT) fail('space-operator', `"${op}" is no operator to choose`, at);
    if (canonical.indexOf(op) !== i) {
      fail('space-duplicate-choice', `"${words[i]}" is there already, as "${op}"`, at);
    }
  });
  return canonical;
}

/** @throws ArchitectureError `space-duplicate-choice` */
function distinct(values: readonly number[], pointer: string): readonly number[] {
  const twice = values.findIndex((value, i) => values.indexOf(value) !== i);
  if (twice >= 0) {
    fail('space-duplicate-choice', `${values[twice]} is there already`, `${pointer}/${twice}`);
  }
  return values;
}

function defineChain(definition: z.output<typeof CHAIN>): Space {
  return chainSpace({
    ...definition,
    positions: definition.positions.map((position, i) => ({
      ...position,
      operators: described(position.operators, `/positions/${i}/operators`),
      channels: distinct(position.channels, `/positions/${i}/channels`),
      repeats: distinct(position.repeats, `/positions/${i}/repeats`),
    })),
  });
}

function defineCell(definition: z.output<typeof CELL>): Space {
  const { edges } = definition;
  edges.forEach(({ from, to }, i) => {
    if (to === CELL_INPUT) fail('graph-input-edge', 'no edge may lead into the input', `/edges/${i}/to`);
    if (from === CELL_OUTPUT)
      fail('graph-output-edge', 'no edge may lead out of the output', `/edges/${i}/from`);
    if (edges.findIndex((edge) => edge.from === from && edge.to === to) !== i) {
      fail('space-duplicate-edge', `the edge from ${from} to ${to} is there already`, `/edges/${i}`);
    }
    if (from !== CELL_INPUT && !edges.some((edge) => edge.to === from)) {
      fail('space-state-unreachable', `no edge leads to the state ${from}`, `/edges/${i}/from`);
    }
    if (to !== CELL_OUTPUT && !edges.some((edge) => edge.from === to)) {
      fail('space-state-unreachable', `no edge leads on from the state ${to}`, `/edges/${i}/to`);
    }
  });
  const space = cellSpace({
    ...definition,
    edges: edges.map((edge, i) => ({ ...edge, choices: described(edge.choices, `/edges/${i}/choices`) })),
  });
  // The wiring is the same in every cell, so that one with operators everywhere shows whether it is sound.
  const { graph } = space.network(space.slots.map(() => 0));
  const wiring = { ...graph, nodes: graph.nodes.map((node) => ({ ...node, op: wired(node.op) })) };
  try {
    validate(wiring);
  } catch (error) {
    if (!(error instanceof ArchitectureError)) throw error;
    // Nodes are the input and then one an edge.
    const at = Number(/^\/nodes\/(\d+)/.exec(error.position.pointer)?.[1] ?? 1) - 1;
    fail(error.code, error.message, `/edges/${at}`);
  }
  if (canonicalize(wiring).edges.length === 0) {
    fail('space-disconnected', `no way leads from ${CELL_INPUT} to ${CELL_OUTPUT}`, '/edges');
  }
  return space;
}

/** An operator in the place of any that could be dropped or contracted. */
const wired = (op: string): string => (op === INPUT || op === OUTPUT ? op : 'convolution 3 by 3');
