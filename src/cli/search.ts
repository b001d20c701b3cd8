import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { ArchitectureError } from '../graph/architecture-error.ts';
import type { Lexicon } from '../operators/lexicon.ts';
import { readArtefacts } from '../predictor/artefacts-node.ts';
import { openKernel } from '../predictor/engine-node.ts';
import { openLexicon } from '../predictor/lexicon-node.ts';
import { createScorer, type Scorer } from '../predictor/scorer.ts';
import { findingsOf, progressOf } from '../search/coordinator/found.ts';
import { best } from '../search/result.ts';
import type { SearchState } from '../search/search.ts';
import { SearchError } from '../search/search-error.ts';
import { ALGORITHMS, COSTS, SEARCH_SETTINGS, type SearchSettings, SUPERNETS } from '../search/settings.ts';
import { searchInProcess } from '../search-in-process.ts';
import { EXPORTS, type ExportForm, exportArchitecture } from '../spaces/export/export.ts';
import { SPACES, spaceOf } from '../spaces/registry.ts';
import type { Space } from '../spaces/space.ts';
import { amount } from './amount.ts';
import { InputError } from './input-error.ts';
import { progressBar } from './progress.ts';
import { tableOf } from './table.ts';
import type { Terminal } from './terminal.ts';

interface SearchOptions {
  readonly space: string;
  readonly algorithm: SearchSettings['algorithm'];
  readonly evaluations: number;
  readonly seed: number;
  readonly maxParams?: number;
  readonly maxFlops?: number;
  readonly maxDepth?: number;
  readonly max: Readonly<Record<string, number>>;
  readonly objectives: readonly string[];
  readonly supernet?: string;
  readonly format?: ExportForm;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ tgnas search --space nas-bench-201 --algorithm hybrid --evaluations 2000 --seed 7
  $ tgnas search --space nas-bench-201 --evaluations 1000 --max-params 0.8M --json
  $ tgnas search --space darts --evaluations 5000 --objectives score,flops
  $ tgnas search --space my-space.json --evaluations 500 --format pytorch > network.py

A space is one of those that \`tgnas spaces\` lists, or a file with the definition of one in JSON. The same space,
settings, seed and model find the same architecture.`;

/** @throws InputError where there is no such space, and no file that defines one */
function spaceGiven(name: string): Space {
  if (SPACES.has(name)) return spaceOf(name);
  let text: string;
  try {
    text = readFileSync(name, 'utf8');
  } catch {
    throw new InputError(
      `expected one of the spaces ${[...SPACES.keys()].join(', ')}, or a file that defines one; got ${name}`,
    );
  }
  try {
    return spaceOf(JSON.parse(text));
  } catch (error) {
    const place = error instanceof ArchitectureError ? ` at ${error.position.pointer || '/'}` : '';
    if (error instanceof ArchitectureError || error instanceof SyntaxError) {
      throw new InputError(`${name}${place}: ${error.message}`);
    }
    throw error;
  }
}

function settingsOf(options: SearchOptions): SearchSettings {
  const limits = { params: options.maxParams, flops: options.maxFlops, depth: options.maxDepth };
  const constraints = {
    ...options.max,
    ...Object.fromEntries(
      COSTS.flatMap((name) => (limits[name] === undefined ? [] : [[name, limits[name]]])),
    ),
  };
  const parsed = SEARCH_SETTINGS.safeParse({
    algorithm: options.algorithm,
    evaluations: options.evaluations,
    seed: options.seed,
    constraints: Object.fromEntries(Object.entries(constraints).map(([name, max]) => [name, { max }])),
    objectives: options.objectives,
    options: options.supernet === undefined ? {} : { supernet: options.supernet },
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InputError(`${issue?.path.join('.')}: ${issue?.message}`);
}

async function searched(
  space: Space,
  settings: SearchSettings,
  scorer: Scorer,
  lexicon: Lexicon,
  terminal: Terminal,
): Promise<SearchState> {
  const bar = progressBar(terminal.screen, settings.evaluations);
  const onStep = (state: SearchState): void => {
    const found = best(state);
    const note = found === undefined ? '' : `best ${found.score.toFixed(4)}`;
    bar.update(progressOf(state).evaluations, note);
  };
  try {
    const watching = terminal.screen === undefined ? {} : { onStep };
    return await searchInProcess(space, settings, scorer, lexicon, watching);
  } finally {
    bar.stop();
  }
}

const millions = (value: number): string => `${(value / 1e6).toFixed(3)} M`;

const FINISHES = {
  budget: 'the budget is used up',
  complete: 'the algorithm is through',
  exhausted: 'all of the space was looked at',
  stalled: 'nothing new turned up any more',
} as const;

function summary(space: Space, state: SearchState): string {
  const { best: top, front } = findingsOf(space, state);
  const { evaluations, repeated, rejected } = progressOf(state);
  const shown = state.settings.objectives.length > 1 ? front : top === null ? [] : [top];
  const table = tableOf(
    ['score', 'params', 'FLOPs', 'depth'],
    shown.map(({ score, cost: { params, flops, depth } }) => [
      score.toFixed(4),
      millions(params),
      millions(flops),
      String(depth),
    ]),
    0,
  );
  const counts = `${evaluations} networks scored, ${repeated} met again, ${rejected} over a limit`;
  const reason = state.finish === null ? '' : FINISHES[state.finish];
  return `${counts}; ${reason}\n${table}${shown.map(({ architecture }) => `${architecture}\n`).join('')}`;
}

async function search(terminal: Terminal, options: SearchOptions): Promise<void> {
  const space = spaceGiven(options.space);
  const settings = settingsOf(options);
  const artefacts = readArtefacts();
  const scorer = createScorer(artefacts, openKernel);
  let state: SearchState;
  try {
    state = await searched(space, settings, scorer, openLexicon(artefacts), terminal);
  } catch (error) {
    if (error instanceof SearchError) throw new InputError(error.message);
    throw error;
  }
  if (options.json === true) {
    const { model } = scorer;
    const { finish } = state;
    const result = {
      model,
      space: space.id,
      settings,
      progress: progressOf(state),
      finish,
      ...findingsOf(space, state),
    };
    terminal.write(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  const found = best(state);
  if (found === undefined) throw new InputError('no architecture of the space is within the limits');
  if (options.format === undefined) {
    terminal.write(summary(space, state));
    return;
  }
  try {
    terminal.write(`${exportArchitecture(space, found.genome, options.format).text.trimEnd()}\n`);
  } catch (error) {
    if (error instanceof ArchitectureError) throw new InputError(error.message);
    throw error;
  }
}

function whole(text: string): number {
  const number = amount(text);
  if (Number.isSafeInteger(number)) return number;
  throw new InvalidArgumentError('Expected a whole number.');
}

function headLimit(text: string, before: Readonly<Record<string, number>>): Record<string, number> {
  const [, head = '', limit = ''] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (head === '') throw new InvalidArgumentError('Expected a head of the model and its limit: latency=0.5');
  return { ...before, [head]: amount(limit) };
}

/** `tgnas search`: finds good architectures of a space, on this machine, without a server. */
export function searchCommand(terminal: Terminal): Command {
  return new Command('search')
    .description('search a space for its best architecture')
    .requiredOption('-s, --space <space>', 'a built-in space, or a file that defines one')
    .addOption(new Option('-a, --algorithm <algorithm>', 'how').choices(ALGORITHMS).default('hybrid'))
    .requiredOption('-n, --evaluations <count>', 'networks to score at most', whole)
    .option('--seed <seed>', 'of the random numbers', whole, 0)
    .option('--max-params <count>', 'hard limit on the weights, such as 0.8M', amount)
    .option('--max-flops <count>', 'hard limit on the multiply-adds', amount)
    .option('--max-depth <layers>', 'hard limit on the weight layers in a row', amount)
    .option('--max <head=limit>', 'hard limit on a head of the model; may be repeated', headLimit, {})
    .option(
      '--objectives <names>',
      'score, or score and a cost or head to keep low: score,flops',
      (text: string) => text.split(','),
      ['score'],
    )
    .addOption(
      new Option('--supernet <way>', 'how pruning scores several operators at once').choices(SUPERNETS),
    )
    .addOption(new Option('-f, --format <form>', 'print the best alone, in this form').choices(EXPORTS))
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action((options: SearchOptions) => search(terminal, options));
}
