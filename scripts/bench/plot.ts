import { parse, View } from 'vega';
import { compile } from 'vega-lite';

/** Architectures a second by batch, a line an engine, both axes logarithmic, as SVG. */
export function ratePlot(rates: Readonly<Record<string, Readonly<Record<number, number>>>>): Promise<string> {
  const values = Object.entries(rates).flatMap(([engine, byBatch]) =>
    Object.entries(byBatch).map(([batch, rate]) => ({ engine, batch: Number(batch), rate })),
  );
  const { spec } = compile({
    title: 'Architectures a second in workerd',
    width: 360,
    height: 240,
    data: { values },
    mark: { type: 'line', point: true },
    encoding: {
      x: { field: 'batch', type: 'quantitative', scale: { type: 'log', base: 2 }, title: 'batch' },
      y: { field: 'rate', type: 'quantitative', scale: { type: 'log' }, title: 'architectures/s' },
      color: { field: 'engine', type: 'nominal', title: null },
    },
  });
  return new View(parse(spec), { renderer: 'none' }).toSVG();
}
