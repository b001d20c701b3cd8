import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FORMATS, formatOf, readArchitecture } from '../../src/formats/registry.ts';
import { MAX_TEXT_LENGTH } from '../../src/formats/text-cursor.ts';
import { ArchitectureError } from '../../src/graph/architecture-error.ts';
import { canonicalize } from '../../src/graph/canonicalize.ts';
import { costOf } from '../../src/graph/cost.ts';
import { errorOf } from '../graph/error-of.ts';
import { ARCHITECTURES } from './random-architectures.ts';

/** Reads, and lets nothing but an ArchitectureError out. */
function readOrRefuse(id: string, given: unknown): void {
  try {
    readArchitecture(id, given);
  } catch (error) {
    if (!(error instanceof ArchitectureError)) throw error;
    expect(error.code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(error.message).not.toBe('');
    if (typeof given === 'string' && error.position.offset !== undefined) {
      expect(error.position.offset).toBeLessThanOrEqual(given.length);
    }
  }
}

describe.each(Object.entries(ARCHITECTURES))('a %s architecture', (id, architectures) => {
  test('printed and read again is the same', () => {
    const format = formatOf(id);
    fc.assert(
      fc.property(architectures, (architecture) => {
        expect(format.parse(format.print(architecture))).toEqual(architecture);
      }),
      { numRuns: 300 },
    );
  });

  test('is a valid graph of finite cost', () => {
    const format = formatOf(id);
    fc.assert(
      fc.property(architectures, (architecture) => {
        const { graph, skeleton } = readArchitecture(id, format.print(architecture));
        const { params, flops, depth } = costOf(graph, skeleton);
        for (const figure of [params, flops, depth]) expect(figure).toBeGreaterThanOrEqual(0);
        expect(canonicalize(graph).nodes.length).toBeGreaterThanOrEqual(2);
      }),
    );
  });

  test('is printed the same however it was written', () => {
    const format = formatOf(id);
    const { text } = readArchitecture(id, format.example);
    expect(readArchitecture(id, text).text).toBe(text);
    expect(format.parse(text)).toEqual(format.parse(format.example));
  });

  test('with a character changed is read or refused with a code and a place', () => {
    const format = formatOf(id);
    fc.assert(
      fc.property(architectures, fc.nat(), fc.string({ maxLength: 3 }), (architecture, choice, noise) => {
        const text = format.print(architecture);
        const at = choice % text.length;
        readOrRefuse(id, text.slice(0, at) + noise + text.slice(at + 1));
      }),
      { numRuns: 500 },
    );
  });

  test('is not made of noise', () => {
    fc.assert(fc.property(fc.anything(), (noise) => readOrRefuse(id, noise)));
    fc.assert(fc.property(fc.json(), (noise) => readOrRefuse(id, noise)));
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (noise) => readOrRefuse(id, noise)));
  }, 20_000);

  test.each(['{"a":', '['])('is refused as %s nested without end', (piece) => {
    const nested = piece.repeat(10_000);
    expect(errorOf(() => readArchitecture(id, nested)).code).toMatch(
      /^(json-too-deep|architecture-too-long|.*-syntax|.*-operator)$/,
    );
  });
});

// The text of an ONNX model is its file, for which other limits hold.
test.each(Object.keys(ARCHITECTURES).filter((id) => id !== 'onnx'))(
  '%s text without end is refused',
  (id) => {
    for (const piece of ['|', '0', ' ', '(', '[', 'conv_k3,', '{"nodes":', '{"a":[']) {
      const endless = piece.repeat(MAX_TEXT_LENGTH + 1);
      expect(errorOf(() => readArchitecture(id, endless)).code).toBe('architecture-too-long');
    }
  },
);

test('an unknown format is refused with the names of the known ones', () => {
  const error = errorOf(() => readArchitecture('nas-bench-360', 'x'));
  expect(error.code).toBe('unknown-format');
  for (const id of FORMATS.keys()) expect(error.message).toContain(id);
});

test('values nested too deep are refused as such', () => {
  const deep = JSON.parse(`${'{"nodes":'.repeat(50)}1${'}'.repeat(50)}`) as unknown;
  expect(errorOf(() => readArchitecture('dag', deep)).code).toBe('json-too-deep');
});

test('text that stops being JSON is refused at the place where it stops', () => {
  expect(errorOf(() => readArchitecture('dag', '{"nodes": [}')).position).toEqual({
    pointer: '',
    offset: 11,
  });
  expect(errorOf(() => readArchitecture('dag', '{"nodes": [')).position).toEqual({ pointer: '', offset: 11 });
});
