#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { formatsCommand } from './formats.ts';
import { InputError } from './input-error.ts';
import { scoreCommand } from './score.ts';
import { spacesCommand } from './spaces.ts';

/** Exit code of a command that was given something it cannot read. */
const BAD_INPUT = 2;

const packageFile = fileURLToPath(new URL('../../package.json', import.meta.url).href);

const program = new Command('tgnas')
  .description('Scores neural architectures without training them.')
  .version(JSON.parse(readFileSync(packageFile, 'utf8')).version)
  .addCommand(scoreCommand())
  .addCommand(spacesCommand())
  .addCommand(formatsCommand());

// Commander would exit with 1 on a wrong option; wrong input of any kind is told by 2.
for (const command of [program, ...program.commands]) command.exitOverride();

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : BAD_INPUT;
  } else if (error instanceof InputError) {
    process.stderr.write(`tgnas: ${error.message}\n`);
    process.exitCode = BAD_INPUT;
  } else {
    throw error;
  }
}
