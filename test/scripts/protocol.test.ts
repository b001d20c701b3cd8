import { describe, expect, it } from 'vitest';
import { type BenchmarkTable, tableOf } from '../../scripts/data/benchmark-table.ts';
import { heldOut, visibility, withoutTwin } from '../../scripts/train/protocol.ts';
import { FOUR_STATE_EDGES } from '../../src/formats/four-state-cell.ts';

const OPERATORS = ['none', 'skip_connect', 'nor_conv_1x1', 'nor_conv_3x3', 'avg_pool_3x3'];

/** Cell number `index` of NAS-Bench-201, counted in base 5. */
function cell(index: number): string {
  let rest = index;
  let text = '|';
  let state = 1;
  for (const [from, to] of FOUR_STATE_EDGES) {
    if (to !== state) text += '+|';
    state = to;
    text += `${OPERATORS[rest % 5]}~${from}|`;
    rest = Math.floor(rest / 5);
  }
  return text;
}

const cells = (space: string, family: 'nas-bench-201'): BenchmarkTable =>
  tableOf(
    space,
    family,
    Array.from({ length: 400 }, (_, i) => ({
      format: 'nas-bench-201',
      architecture: cell(i * 39),
      values: { accuracy: i, nwot: i },
    })),
  );

const table = cells('nas-bench-201', 'nas-bench-201');
const sister = { ...table, space: 'transnas-micro' };
const source = { ...table, space: 'nas-bench-101', family: 'nas-bench-101' as const };
const target = { family: 'nas-bench-201' as const, spaces: ['nas-bench-201'] };
const rows = [...table.graphs.keys()];

describe('protocols', () => {
  it('P1 sees nothing at all of the target family, and labels of NAS-Bench-101 only', () => {
    const sees = visibility('P1', target, table);
    expect(rows.some((row) => sees('accuracy', row) || sees('nwot', row))).toBe(false);
    expect(rows.some((row) => visibility('P1', target, sister)('nwot', row))).toBe(false);
    expect(rows.some((row) => visibility('P1', target, source)('accuracy', row))).toBe(true);
  });

  it('P2 sees proxies of the target and no label of its family', () => {
    const sees = visibility('P2', target, table);
    expect(rows.every((row) => sees('nwot', row))).toBe(true);
    expect(rows.some((row) => sees('accuracy', row) || sees('cifar10', row))).toBe(false);
    expect(rows.some((row) => visibility('P2', target, sister)('accuracy', row))).toBe(false);
  });

  it('P3 sees everything but a tenth, the same tenth every time', () => {
    const out = heldOut(table);
    const sees = visibility('P3', undefined, table);
    expect(rows.every((row) => sees('accuracy', row) === !out(row))).toBe(true);
    const share = rows.filter(out).length / rows.length;
    expect(share).toBeGreaterThan(0.05);
    expect(share).toBeLessThan(0.15);
  });

  it('knows which held-out rows have no isomorphic twin in training', () => {
    const out = heldOut(table);
    const alone = withoutTwin(table);
    const training = new Set(rows.filter((row) => !out(row)).map((row) => JSON.stringify(table.graphs[row])));
    for (const row of rows.filter(alone)) {
      expect(out(row)).toBe(true);
      expect(training.has(JSON.stringify(table.graphs[row]))).toBe(false);
    }
    expect(rows.filter(alone).length).toBeLessThan(rows.filter(out).length);
  });

  it('five epochs of training are no label for anybody', () => {
    const unfinished = { ...source, space: 'nds-darts_fix-w-d' };
    expect(rows.some((row) => visibility('P3', undefined, unfinished)('accuracy', row))).toBe(false);
  });
});
