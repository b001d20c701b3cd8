/** The architecture on the page, as text, and what the text says by itself. */
import type { FormatId } from '../../formats/format.ts';
import { FORMATS, readArchitecture } from '../../formats/registry.ts';
import { ArchitectureError } from '../../graph/architecture-error.ts';
import { canonicalize } from '../../graph/canonicalize.ts';
import type { OperatorGraph } from '../../graph/operator-graph.ts';
import { seededRandom } from '../../spaces/random.ts';
import { SPACES } from '../../spaces/registry.ts';
import type { Genome, Space } from '../../spaces/space.ts';
import { sample } from '../../spaces/variation.ts';

export interface Subject {
  readonly format: FormatId;
  readonly text: string;
}

/** Formats that are texts and have more to say than the space of their name: ONNX models are files. */
export const FREE_FORMATS = [...FORMATS.values()].filter(({ id }) => id !== 'onnx' && !SPACES.has(id));

export function exampleOf(format: FormatId): string {
  const example = FORMATS.get(format)?.example ?? '';
  if (typeof example === 'string') return example;
  return format === 'dag' ? lineByLine(example) : JSON.stringify(example);
}

/** JSON with a line for each part of a part: one for each node of a graph, and one for each edge. */
function lineByLine(value: object): string {
  const parts = Object.entries(value).map(([name, part]) => {
    if (!Array.isArray(part)) return `  ${JSON.stringify(name)}: ${JSON.stringify(part)}`;
    const lines = part.map((each) => `    ${JSON.stringify(each)}`);
    return `  ${JSON.stringify(name)}: [\n${lines.join(',\n')}\n  ]`;
  });
  return `{\n${parts.join(',\n')}\n}`;
}

/** What to begin with in a built-in space, or in a format. */
export function beginningOf(id: string): Subject {
  const space = SPACES.get(id);
  const genome = space?.id === space?.format ? undefined : space && sample(space, seededRandom(1));
  if (space === undefined || genome === undefined) {
    return { format: id as FormatId, text: exampleOf(id as FormatId) };
  }
  return { format: space.format, text: space.print(genome) };
}

export const STARTING_SUBJECT = beginningOf('nas-bench-201');

export interface Read {
  /** As written: `none`, identities and dead ends included. */
  readonly written: OperatorGraph;
  readonly canonical: OperatorGraph;
  /** What can be changed by a click, where the architecture lies in a built-in space. */
  readonly editable?: { readonly space: Space; readonly genome: Genome };
}

export type Reading = Read | { readonly fault: ArchitectureError };

const spaceOfFormat = (format: FormatId): Space | undefined =>
  [...SPACES.values()].find((space) => space.format === format);

function editableOf({ format, text }: Subject): Read['editable'] | undefined {
  const space = spaceOfFormat(format);
  if (space === undefined) return undefined;
  try {
    return { space, genome: space.read(text) };
  } catch (error) {
    if (error instanceof ArchitectureError) return undefined;
    throw error;
  }
}

export function readSubject(subject: Subject): Reading {
  try {
    const { graph } = readArchitecture(subject.format, subject.text);
    const editable = editableOf(subject);
    return {
      written: graph,
      canonical: canonicalize(graph),
      ...(editable === undefined ? {} : { editable }),
    };
  } catch (error) {
    if (error instanceof ArchitectureError) return { fault: error };
    throw error;
  }
}
