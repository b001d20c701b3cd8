/** @file The report's pictures as SVG, drawn by Vega-Lite. */
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { AccuracyCurve } from '../../src/predictor/model-card.ts';
import { columnPercentiles } from '../train/heads.ts';
import type { SpaceReport } from './protocols.ts';

const COLOURS = { score: '#2563eb', peer: '#94a3b8' } as const;

/** Renders a Vega-Lite specification. */
function render(spec: TopLevelSpec): Promise<string> {
  return new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG();
}

/** Predicted against true rank of at most 3,000 rows. */
export function rankPlot({ protocol, space, truth, pairs }: SpaceReport): Promise<string> {
  const predicted = columnPercentiles(Float64Array.from(pairs, ([score]) => score));
  const actual = columnPercentiles(Float64Array.from(pairs, ([, value]) => value));
  const step = Math.ceil(pairs.length / 3_000);
  const values = pairs.flatMap((_, i) =>
    i % step === 0 ? [{ predicted: 100 * (predicted[i] ?? 0), actual: 100 * (actual[i] ?? 0) }] : [],
  );
  return render({
    title: `${protocol}: ${space}, ${truth}`,
    width: 320,
    height: 320,
    data: { values },
    mark: { type: 'circle', size: 8, opacity: 0.4, color: COLOURS.score },
    encoding: {
      x: { field: 'predicted', type: 'quantitative', title: 'percentile of the score' },
      y: { field: 'actual', type: 'quantitative', title: 'percentile of the measured accuracy' },
    },
  });
}

/** One bar a method, Spearman on one space; the score's own bar stands out. */
export function peerPlot(report: SpaceReport): Promise<string> {
  const own = `score, ${report.protocol}`;
  const values = [
    { name: own, spearman: report.score.mean.spearman, kind: 'score' },
    ...Object.entries(report.baselines).map(([name, { spearman }]) => ({ name, spearman, kind: 'peer' })),
  ];
  return render({
    title: `Spearman on ${report.space}, ${report.truth}`,
    width: 360,
    data: { values },
    mark: { type: 'bar', cornerRadiusEnd: 2 },
    encoding: {
      y: { field: 'name', type: 'nominal', sort: '-x', title: null },
      x: { field: 'spearman', type: 'quantitative', title: 'Spearman' },
      color: {
        field: 'kind',
        type: 'nominal',
        legend: null,
        scale: { domain: ['score', 'peer'], range: [COLOURS.score, COLOURS.peer] },
      },
    },
  });
}

/** The accuracy to expect at each percentile, a line a dataset. */
export function curvePlot(space: string, curves: Readonly<Record<string, AccuracyCurve>>): Promise<string> {
  const values = Object.entries(curves).flatMap(([dataset, { percentiles, accuracies }]) =>
    percentiles.map((percentile, i) => ({ dataset, percentile: 100 * percentile, accuracy: accuracies[i] })),
  );
  return render({
    title: `Expected accuracy, ${space}`,
    width: 320,
    height: 240,
    data: { values },
    mark: { type: 'line', point: { size: 12 } },
    encoding: {
      x: { field: 'percentile', type: 'quantitative' },
      y: { field: 'accuracy', type: 'quantitative', title: 'accuracy, %' },
      color: { field: 'dataset', type: 'nominal' },
    },
  });
}
