/**
 * @file The three protocols: which rows and which measurements a model may see. They are kept apart here, once,
 * for training and evaluation alike.
 *
 * - P1 transfer: accuracy labels of NAS-Bench-101 only, nothing at all of the target's family.
 * - P2 label-free: accuracy labels of every family but the target's; of the target's family only proxies, which
 *   need no training.
 * - P3 shipped: everything, but a fixed tenth of every table, held out for judgement.
 */
import { canonicalKey } from '../../src/graph/canonicalize.ts';
import type { BenchmarkTable, Family } from '../data/benchmark-table.ts';
import { DATASET_HEADS, PROXY_HEADS } from './heads.ts';

export type Protocol = 'P1' | 'P2' | 'P3';

const PROXIES: ReadonlySet<string> = new Set(PROXY_HEADS);
const ACCURACIES: ReadonlySet<string> = new Set(['accuracy', ...DATASET_HEADS]);

/** Five epochs of training rank how fast a cell learns, not how well: no label for anybody. */
const UNFINISHED: ReadonlySet<string> = new Set(['nds-darts_fix-w-d']);

/**
 * FNV-1a, 32 bits, with the finalizer of MurmurHash3: without it the last digit of texts that differ in a few
 * places follows the texts, and a tenth is no tenth.
 */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Whether a row is of the fixed tenth, decided by the architecture's text. */
export function heldOut(table: BenchmarkTable): (row: number) => boolean {
  const flags = table.texts.map((text) => hash(text) % 10 === 0);
  return (row) => flags[row] ?? false;
}

/**
 * Held-out rows whose canonical graph stands in no other row that training may see: many cells of NAS-Bench-201
 * and TransNAS-Bench-101 are one network written in several ways, and a twin in training gives the answer away.
 */
export function withoutTwin(table: BenchmarkTable): (row: number) => boolean {
  const out = heldOut(table);
  const keys = table.graphs.map(canonicalKey);
  const seen = new Set(keys.filter((_, row) => !out(row)));
  return (row) => out(row) && !seen.has(keys[row] ?? '');
}

/**
 * Whose accuracy labels a model of a left-out space learns from: families that share operators with it. Labels
 * of spaces without a common operator were measured to blur the accuracy head (on NAS-Bench-201 Spearman .76 to
 * .85 with the chains' labels, .86 without), and which operators a space has is known without any label.
 */
const LABELS_FROM: Readonly<Record<Family, readonly Family[]>> = {
  'nas-bench-101': ['nas-bench-201'],
  'nas-bench-201': ['nas-bench-101'],
  darts: ['nas-bench-101', 'nas-bench-201'],
  macro: ['accel'],
  accel: ['macro'],
  'transnas-macro': ['nas-bench-101', 'nas-bench-201'],
};

/** Under P1 these teach the proxy heads: cells, none of them of the target's family. */
const P1_PROXIES: ReadonlySet<Family> = new Set(['nas-bench-101', 'darts']);

/** What a model left out: a space, and with it the labels of its whole family. */
export interface Target {
  readonly family: Family;
  /** Spaces whose proxies may be seen under P2. */
  readonly spaces: readonly string[];
}

/** What a model trained under a protocol may see of a table, by head and row. */
export function visibility(
  protocol: Protocol,
  target: Target | undefined,
  table: BenchmarkTable,
): (head: string, row: number) => boolean {
  const finished = !UNFINISHED.has(table.space);
  if (protocol === 'P3' || target === undefined) {
    const out = heldOut(table);
    return (head, row) => !out(row) && (finished || !ACCURACIES.has(head));
  }
  const own = table.family === target.family;
  if (protocol === 'P1') {
    if (own) return () => false;
    const labelled = table.space === 'nas-bench-101';
    const proxies = P1_PROXIES.has(table.family);
    const out = heldOut(table);
    // NAS-Bench-101's own tenth is held out here too: the protocol's fit is judged on it.
    return (head, row) => (ACCURACIES.has(head) ? labelled && !out(row) : proxies && PROXIES.has(head));
  }
  const lends = !own && LABELS_FROM[target.family].includes(table.family);
  const proxies = lends || target.spaces.includes(table.space);
  return (head) => (ACCURACIES.has(head) ? lends && finished : proxies && PROXIES.has(head));
}
