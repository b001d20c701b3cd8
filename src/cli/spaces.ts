import { Command } from 'commander';
import { SPACES } from '../spaces/registry.ts';
import { sizeOf } from '../spaces/space.ts';
import { tableOf } from './table.ts';
import type { Terminal } from './terminal.ts';

/** `tgnas spaces`: the built-in spaces and their sizes. */
export function spacesCommand(terminal: Terminal): Command {
  return new Command('spaces')
    .description('list the built-in spaces of architectures')
    .option('--json', 'print JSON')
    .action(({ json = false }: { json?: boolean }) => {
      const spaces = [...SPACES.values()].map((space) => {
        const { genomes, exact } = sizeOf(space);
        const { id, title, format, slots } = space;
        return { id, title, format, slots: slots.length, genomes: String(genomes), exact };
      });
      if (json) {
        terminal.write(`${JSON.stringify({ spaces }, null, 2)}\n`);
        return;
      }
      terminal.write(
        tableOf(
          ['space', 'title', 'format', 'slots', 'genomes'],
          spaces.map(({ id, title, format, slots, genomes, exact }) => [
            id,
            title,
            format,
            String(slots),
            exact ? genomes : `at most ${genomes}`,
          ]),
          3,
        ),
      );
    });
}
