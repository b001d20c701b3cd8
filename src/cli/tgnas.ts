#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { run } from './program.ts';

const STDIN = 0;

process.exitCode = await run(process.argv.slice(2), {
  write: (text) => process.stdout.write(text),
  complain: (text) => process.stderr.write(text),
  input: () => (process.stdin.isTTY ? undefined : readFileSync(STDIN, 'utf8')),
  ...(process.stderr.isTTY ? { screen: process.stderr } : {}),
});
