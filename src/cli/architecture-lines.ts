import { readFileSync } from 'node:fs';
import { InputError } from './input-error.ts';
import type { Terminal } from './terminal.ts';

/** An architecture to score and where the user wrote it. */
export interface GivenArchitecture {
  readonly text: string;
  /** `line 3` or `architecture 2`, counted from 1, or the file's name. */
  readonly place: string;
  /** Contents of the file that `text` names, in a format whose architectures are files. */
  readonly contents?: Uint8Array;
}

/** One architecture a line; empty lines are skipped. */
function lines(text: string): GivenArchitecture[] {
  return text
    .split(/\r?\n/)
    .map((line, i) => ({ text: line.trim(), place: `line ${i + 1}` }))
    .filter((line) => line.text !== '');
}

const unreadable = (file: string, error: unknown): InputError =>
  new InputError(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
}

/**
 * The architectures in the model files named on the command line.
 *
 * @throws InputError when there are none, or when one cannot be read
 */
export function modelFiles(args: readonly string[], file: string | undefined): readonly GivenArchitecture[] {
  const files = file === undefined ? args : [...args, file];
  if (files.length === 0) throw new InputError('no architecture given: name a model file');
  return files.map((name) => {
    try {
      return { text: name, place: name, contents: new Uint8Array(readFileSync(name)) };
    } catch (error) {
      throw unreadable(name, error);
    }
  });
}

/**
 * The architectures named on the command line, or those of a file, or of standard input.
 *
 * @throws InputError when there are none, or when they are given in two ways
 */
export function architectureLines(
  args: readonly string[],
  file: string | undefined,
  terminal: Terminal,
): readonly GivenArchitecture[] {
  if (args.length > 0 && file !== undefined) {
    throw new InputError('give architectures as arguments or with --file, not both');
  }
  if (args.length > 0) return args.map((text, i) => ({ text, place: `architecture ${i + 1}` }));
  const piped = file === undefined || file === '-';
  const text = piped ? terminal.input() : read(file);
  if (text === undefined) {
    throw new InputError('no architecture given: write it as an argument, with --file, or pipe it in');
  }
  const given = lines(text);
  if (given.length === 0) throw new InputError(`no architecture in ${piped ? 'standard input' : file}`);
  return given;
}
