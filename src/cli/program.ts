import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { NewWordsRefused } from '../operators/new-words.ts';
import { formatsCommand } from './formats.ts';
import { InputError } from './input-error.ts';
import { operatorsCommand } from './operators.ts';
import { scoreCommand } from './score.ts';
import { searchCommand } from './search.ts';
import { spacesCommand } from './spaces.ts';
import type { Terminal } from './terminal.ts';

/** Exit code of a command that was given something it cannot read. */
const BAD_INPUT = 2;

const packageFile = fileURLToPath(new URL('../../package.json', import.meta.url).href);

function programFor(terminal: Terminal): Command {
  const program = new Command('tgnas')
    .description('Scores neural architectures, and finds good ones, without training them.')
    .version(JSON.parse(readFileSync(packageFile, 'utf8')).version)
    .addCommand(scoreCommand(terminal))
    .addCommand(searchCommand(terminal))
    .addCommand(operatorsCommand(terminal))
    .addCommand(spacesCommand(terminal))
    .addCommand(formatsCommand(terminal));
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ writeOut: terminal.write, writeErr: terminal.complain });
  }
  return program;
}

/**
 * Runs `tgnas` with the arguments that follow its name.
 *
 * @returns the exit code: 0, 2 for input of any kind that cannot be read, 1 where the encoder is missing
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await programFor(terminal).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : BAD_INPUT;
    if (!(error instanceof InputError || error instanceof NewWordsRefused)) throw error;
    terminal.complain(`tgnas: ${error.message}\n`);
    return error instanceof InputError ? BAD_INPUT : 1;
  }
}
