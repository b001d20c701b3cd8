import { Command } from 'commander';
import { FORMATS } from '../formats/registry.ts';
import { tableOf } from './table.ts';
import type { Terminal } from './terminal.ts';

/** `tgnas formats`: the ways of writing an architecture that are read. */
export function formatsCommand(terminal: Terminal): Command {
  return new Command('formats')
    .description('list the formats in which architectures are read, with an example of each')
    .option('--json', 'print JSON')
    .action(({ json = false }: { json?: boolean }) => {
      const formats = [...FORMATS.values()].map(({ id, title, example }) => ({ id, title, example }));
      if (json) {
        terminal.write(`${JSON.stringify({ formats }, null, 2)}\n`);
        return;
      }
      terminal.write(
        tableOf(
          ['format', 'architectures of'],
          formats.map(({ id, title }) => [id, title]),
          2,
        ),
      );
      for (const { id, example } of formats) {
        const text = typeof example === 'string' ? example : JSON.stringify(example);
        terminal.write(`\n${id}\n  ${text}\n`);
      }
    });
}
