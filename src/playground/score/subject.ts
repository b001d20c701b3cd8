/** The architecture on the page, as text, and what the text says by itself. */
import type { FormatId } from '../../formats/format.ts';
import { FORMATS, readArchitecture } from '../../formats/registry.ts';
import { ArchitectureError } from '../../graph/architecture-error.ts';
import { canonicalize } from '../../graph/canonicalize.ts';
import type { OperatorGraph } from '../../graph/operator-graph.ts';
import { SPACES } from '../../spaces/registry.ts';
import type { Genome, Space } from '../../spaces/space.ts';

export interface Subject {
  readonly format: FormatId;
  readonly text: string;
}

/** Formats that are texts: ONNX models are files. */
export const TEXT_FORMATS = [...FORMATS.values()].filter(({ id }) => id !== 'onnx');

export function exampleOf(format: FormatId): string {
  const example = FORMATS.get(format)?.example ?? '';
  return typeof example === 'string' ? example : JSON.stringify(example, null, 2);
}

export const STARTING_SUBJECT: Subject = { format: 'nas-bench-201', text: exampleOf('nas-bench-201') };

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
