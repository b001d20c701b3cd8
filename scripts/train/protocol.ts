/**
 * @file The three protocols: which rows and which measurements a model may see. They are kept apart here, once,
 * for training and evaluation alike.
 *
 * - P1 transfer: accuracy labels of NAS-Bench-101 only, nothing at all of the target's family.
 * - P2 label-free: accuracy labels of every family but the target's; of the target's family only proxies, which
 *   need no training.
 * - P3 shipped: everything, but a fixed tenth of every space's distinct architectures, held out for judgement.
 */
import { canonicalKey } from '../../src/graph/canonicalize.ts';
import type { BenchmarkTable, Family } from '../data/benchmark-table.ts';
import { DATASET_HEADS, PROXY_HEADS } from './heads.ts';

export type Protocol = 'P1' | 'P2' | 'P3';

const PROXIES: ReadonlySet<string> = new Set(PROXY_HEADS);
const ACCURACIES: ReadonlySet<string> = new Set(['accuracy', ...DATASET_HEADS]);

/** Five epochs of training rank how fast a cell learns, not how well: no label for anybody. */
const UNFINISHED: ReadonlySet<string> = new Set(['nds-darts_fix-w-d']);

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return h;
}

/**
 * Whether a row is of the fixed tenth. Decided by the canonical key: two ways to write one architecture are
 * never split between training and judgement.
 */
export function heldOut(table: BenchmarkTable): (row: number) => boolean {
  const flags = table.graphs.map((graph) => hash(canonicalKey(graph)) % 10 === 0);
  return (row) => flags[row] ?? false;
}

/**
 * Whose accuracy labels a model of a left-out family learns from: the cell or chain spaces that share operators
 * with it. Labels of spaces without a common operator were measured to blur the accuracy head (on NAS-Bench-201
 * Spearman .85 with the chains' labels, .87 to .93 without), and operators are known without any label.
 */
const LABELS_FROM: Readonly<Record<Family, readonly Family[]>> = {
  'nas-bench-101': ['nas-bench-201'],
  'nas-bench-201': ['nas-bench-101'],
  darts: ['nas-bench-101', 'nas-bench-201'],
  macro: ['accel'],
  accel: ['macro'],
  'transnas-macro': ['nas-bench-101', 'nas-bench-201'],
};

/** Families whose cells teach the proxy heads, besides the target's own. */
const PROXIES_FROM: ReadonlySet<Family> = new Set(['nas-bench-101', 'nas-bench-201', 'darts']);

/** What a model trained under a protocol may see of a table, by head and row. */
export function visibility(
  protocol: Protocol,
  target: Family | undefined,
  table: BenchmarkTable,
): (head: string, row: number) => boolean {
  const own = table.family === target;
  const finished = !UNFINISHED.has(table.space);
  const teachesProxies = PROXIES_FROM.has(table.family);
  if (protocol === 'P1') {
    if (own) return () => false;
    const labelled = table.space === 'nas-bench-101';
    const out = heldOut(table);
    // NAS-Bench-101's own tenth is held out here too: the protocol's fit is judged on it.
    return (head, row) =>
      ACCURACIES.has(head) ? labelled && !out(row) : teachesProxies && PROXIES.has(head);
  }
  if (protocol === 'P2') {
    const labelled = !own && finished && target !== undefined && LABELS_FROM[target].includes(table.family);
    return (head) => (ACCURACIES.has(head) ? labelled : (own || teachesProxies) && PROXIES.has(head));
  }
  const out = heldOut(table);
  return (head, row) => !out(row) && (finished || !ACCURACIES.has(head));
}
