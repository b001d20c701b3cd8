import { Command, InvalidArgumentError, Option } from 'commander';
import { onnx } from '../formats/onnx.ts';
import { FORMATS, formatOf } from '../formats/registry.ts';
import type { Lexicon } from '../operators/lexicon.ts';
import { readArtefacts } from '../predictor/artefacts-node.ts';
import { openKernel } from '../predictor/engine-node.ts';
import { openLexicon } from '../predictor/lexicon-node.ts';
import {
  BatchError,
  INCLUDES,
  type Include,
  type ScoreResult,
  scoreBatch,
} from '../predictor/score-batch.ts';
import { createScorer, type Scorer } from '../predictor/scorer.ts';
import { architectureLines, type GivenArchitecture, modelFiles } from './architecture-lines.ts';
import { InputError } from './input-error.ts';
import { tableOf } from './table.ts';
import type { Terminal } from './terminal.ts';

interface ScoreOptions {
  readonly format: string;
  readonly file?: string;
  readonly json?: boolean;
  readonly include: readonly Include[];
}

const EXAMPLES = `
Examples:
  $ tgnas score --format nas-bench-201 '|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|skip_connect~1|nor_conv_3x3~2|'
  $ tgnas score --format nas-bench-201 --file cells.txt --include cost
  $ tgnas score --format dag --json < graphs.jsonl
  $ tgnas score --format onnx model.onnx

A file or standard input has one architecture a line. \`tgnas formats\` shows how each format is written.`;

const isInclude = (part: string): part is Include => INCLUDES.some((known) => known === part);

function readIncludes(text: string): Include[] {
  return text.split(',').map((part) => {
    if (!isInclude(part))
      throw new InvalidArgumentError(`Expected some of ${INCLUDES.join(', ')}, with commas.`);
    return part;
  });
}

/** Architectures handed to the predictor at a time; results do not depend on it. */
const BATCH = 1_024;

/** What to tell about a batch that cannot be read: the first fault and where it stands. */
function faultMessage(
  { faults: [first, ...others] }: BatchError,
  given: readonly GivenArchitecture[],
): string {
  const { pointer, offset } = first.error.position;
  const place = [
    given[first.index]?.place,
    ...(offset === undefined ? [] : [`column ${offset + 1}`]),
    ...(pointer === '' ? [] : [`at ${pointer}`]),
  ];
  const more = others.length === 0 ? '' : ` (and ${others.length} more of them cannot be read)`;
  return `${place.join(', ')}: ${first.error.message}${more}`;
}

async function scoreAll(
  scorer: Scorer,
  lexicon: Lexicon,
  given: readonly GivenArchitecture[],
  { format, include }: ScoreOptions,
): Promise<ScoreResult[]> {
  const results: ScoreResult[] = [];
  for (let start = 0; start < given.length; start += BATCH) {
    const part = given.slice(start, start + BATCH);
    const architectures = part.map(({ text, contents }) => contents ?? text);
    try {
      const batch = { format: formatOf(format).id, architectures, include };
      const scored = await scoreBatch(scorer, batch, (words) => lexicon.lookUp(words, 'local'));
      results.push(...scored.map((result) => ({ ...result, index: start + result.index })));
    } catch (error) {
      if (error instanceof BatchError) throw new InputError(faultMessage(error, part));
      throw error;
    }
  }
  return results;
}

const LONGEST_SHOWN = 72;
const shortened = (text: string): string =>
  text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN - 1)}…`;

function scoreTable(given: readonly GivenArchitecture[], results: readonly ScoreResult[]): string {
  const heads = Object.keys(results[0]?.heads ?? {});
  const datasets = Object.keys(results[0]?.expected ?? {});
  const costed = results[0]?.cost !== undefined;
  return tableOf(
    [
      'architecture',
      'score',
      'percentile',
      ...heads,
      ...datasets.map((dataset) => `${dataset}, %`),
      ...(costed ? ['params', 'FLOPs', 'depth'] : []),
    ],
    results.map(({ index, score, percentile, heads: values = {}, expected = {}, cost }) => [
      shortened(given[index]?.text ?? ''),
      score.toFixed(4),
      percentile.toFixed(1),
      ...heads.map((head) => (values[head] ?? Number.NaN).toFixed(4)),
      ...datasets.map((dataset) => (expected[dataset] ?? Number.NaN).toFixed(2)),
      ...(cost === undefined
        ? []
        : [`${(cost.params / 1e6).toFixed(3)} M`, `${(cost.flops / 1e6).toFixed(2)} M`, String(cost.depth)]),
    ]),
    1,
  );
}

async function score(terminal: Terminal, args: readonly string[], options: ScoreOptions): Promise<void> {
  const unshown = options.include.find((part) => part === 'graph' || part === 'operators');
  if (unshown !== undefined && options.json !== true) {
    throw new InputError(`a table has no room for it: --include ${unshown} needs --json`);
  }
  const given =
    options.format === onnx.id
      ? modelFiles(args, options.file)
      : architectureLines(args, options.file, terminal);
  const artefacts = readArtefacts();
  const scorer = createScorer(artefacts, openKernel);
  const results = await scoreAll(scorer, openLexicon(artefacts), given, options);
  if (options.json === true) {
    terminal.write(`${JSON.stringify({ model: scorer.model, results }, null, 2)}\n`);
    return;
  }
  terminal.write(scoreTable(given, results));
  for (const { index, warnings } of results) {
    for (const warning of warnings) terminal.complain(`${given[index]?.place}: ${warning}\n`);
  }
}

/** `tgnas score`: scores architectures on this machine, without a server. */
export function scoreCommand(terminal: Terminal): Command {
  return new Command('score')
    .description('score architectures; higher is better')
    .argument('[architectures...]', 'each as its format writes it')
    .addOption(
      new Option('-f, --format <format>', 'how the architectures are written')
        .choices([...FORMATS.keys()])
        .makeOptionMandatory(),
    )
    .option('--file <file>', 'read architectures from a file, one a line (- is standard input)')
    .option('--include <parts>', `what to tell besides: ${INCLUDES.join(', ')}`, readIncludes, [])
    .option('--json', 'print JSON, as the HTTP API does')
    .addHelpText('after', EXAMPLES)
    .action((args: readonly string[], options: ScoreOptions) => score(terminal, args, options));
}
