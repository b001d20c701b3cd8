import { Command } from 'commander';
import { ArchitectureError } from '../graph/architecture-error.ts';
import { describe } from '../operators/describe.ts';
import { FAR } from '../operators/lexicon.ts';
import { readArtefacts } from '../predictor/artefacts-node.ts';
import { openLexicon } from '../predictor/lexicon-node.ts';
import { type UnderstoodOperator, understanding } from '../predictor/score-batch.ts';
import { InputError } from './input-error.ts';
import { tableOf } from './table.ts';
import type { Terminal } from './terminal.ts';

const EXAMPLES = `
Examples:
  $ tgnas operators 'coordinate attention 7x7' 'retention, 8 heads'
  $ tgnas operators --json 'nn.Conv2d(64, 64, kernel_size=3, groups=64)'`;

function described(name: string): string {
  try {
    return describe(name);
  } catch (error) {
    if (error instanceof ArchitectureError) throw new InputError(error.message);
    throw error;
  }
}

function shown({ given, understood, source, nearest }: UnderstoodOperator): string[][] {
  return nearest.map(({ op, cosine }, i) => [
    ...(i === 0 ? [given, understood, source] : ['', '', '']),
    op,
    cosine.toFixed(3),
  ]);
}

async function operators(
  terminal: Terminal,
  names: readonly string[],
  { json = false }: { json?: boolean },
): Promise<void> {
  const lexicon = openLexicon(readArtefacts());
  const given = names.map((name) => ({ name, words: described(name) }));
  const meanings = await lexicon.lookUp(
    given.map(({ words }) => words),
    'local',
  );
  const understood = given.flatMap(({ name, words }) => {
    const meaning = meanings.get(words);
    return meaning === undefined ? [] : [understanding(name, words, meaning)];
  });
  if (json) {
    terminal.write(`${JSON.stringify({ operators: understood }, null, 2)}\n`);
    return;
  }
  const head = ['operator', 'understood as', 'vector', 'nearest known', 'cosine'];
  terminal.write(tableOf(head, understood.flatMap(shown), 4));
  for (const { given, nearest } of understood) {
    if ((nearest[0]?.cosine ?? 0) < FAR) terminal.complain(`${given}: like no operator that is known\n`);
  }
}

/** `tgnas operators`: how names of operators are understood, and what they are nearest to. */
export function operatorsCommand(terminal: Terminal): Command {
  return new Command('operators')
    .description('show how names of operators are understood, and the known operators nearest to them')
    .argument('<names...>', 'operators in words, as code or as benchmarks name them')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action((names: readonly string[], options: { json?: boolean }) => operators(terminal, names, options));
}
