/** Runs an engine on cells of NAS-Bench-201. Time is taken by the caller: a Worker's clock may stand still. */
import float32 from '../../.cache/bench/gcn.float32.onnx';
import { artefacts } from '../../src/predictor/artefacts-worker.ts';
import type { EncodedGraph } from '../../src/predictor/encode.ts';
import { openGcn } from '../../src/predictor/engine-worker.ts';
import { type Gcn, OnnxGcn } from '../../src/predictor/gcn.ts';
import type { ModelCard } from '../../src/predictor/model-card.ts';
import { operatorTable } from '../../src/predictor/operator-table.ts';
import { encodedCells } from './subjects.ts';
import { TypedArrayGcn } from './typed-array-gcn.ts';

const card = artefacts.documents['manifest.json'] as ModelCard;
const model = artefacts.binaries[card.network] ?? new Uint8Array();
const heads = card.heads.length;

/** Loaded and opened when it is first asked for, as `ENGINE = "ort"` has it. */
const openOrt = (network: Uint8Array): Gcn =>
  new OnnxGcn(
    import('../../src/predictor/onnx-worker.ts').then(({ openOnnx }) => openOnnx(network)),
    heads,
  );

const ENGINES: Readonly<Record<string, () => Gcn>> = {
  kernel: () => openGcn(model, heads),
  'ort-int8': () => openOrt(model),
  'ort-float32': () => openOrt(new Uint8Array(float32)),
  'typed-arrays': () => new TypedArrayGcn(model),
};

const opened = new Map<string, Gcn>();
let cells: EncodedGraph[] | undefined;

export default {
  /** `/ENGINE?batch=N&times=K`: K batches of N cells. Answers the last logit, so that nothing is left out. */
  async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const [batch, times] = [Number(searchParams.get('batch')), Number(searchParams.get('times'))];
    cells ??= encodedCells(operatorTable(artefacts));
    if (times === 0) return Response.json({ cells: cells.length });
    const name = pathname.slice(1);
    const engine = opened.get(name) ?? ENGINES[name]?.();
    if (engine === undefined) return new Response('no such engine', { status: 404 });
    opened.set(name, engine);
    let last = 0;
    for (let i = 0; i < times; i++) {
      const from = (i * batch) % (cells.length - batch + 1);
      last = (await engine.logits(cells.slice(from, from + batch))).at(-1) ?? 0;
    }
    return Response.json({ last });
  },
};
