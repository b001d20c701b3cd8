/**
 * The OpenAPI document as it is served: routes say their shapes, and here come the examples (answers of a real
 * server, long lists cut) and every code that an operation refuses with.
 */
import { TITLES } from '../problem.ts';
import recorded from './examples.json' with { type: 'json' };
import { OPERATIONS, type OperationNotes } from './operations.ts';
import type { Problems } from './problems.ts';

interface Example {
  readonly request?: unknown;
  readonly answer?: unknown;
}
const EXAMPLES: Readonly<Record<string, Example>> = recorded;

interface Media {
  schema?: unknown;
  example?: unknown;
  examples?: Record<string, unknown>;
}
interface Answer {
  description: string;
  content?: Record<string, Media>;
}
interface Operation {
  tags?: string[];
  summary?: string;
  parameters?: { name: string; example?: unknown }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, Answer>;
}
/** As much of an OpenAPI document as is looked at here. */
export interface ReferenceDocument {
  paths?: Record<string, Record<string, Operation>>;
  tags?: { name: string }[];
}

function problemExamples(status: number, problems: Problems): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(problems).map(([code, detail]) => [
      code,
      { value: { type: 'about:blank', title: TITLES[status] ?? 'Error', status, code, detail } },
    ]),
  );
}

function addProblems(operation: Operation, problems: OperationNotes['problems']): void {
  for (const [status, group] of Object.entries(problems)) {
    const known = operation.responses[status];
    const media = known?.content?.['application/problem+json'];
    operation.responses[status] = {
      description: known?.description ?? TITLES[Number(status)] ?? 'Error',
      content: {
        'application/problem+json': {
          schema: media?.schema ?? { $ref: '#/components/schemas/Problem' },
          examples: problemExamples(Number(status), group),
        },
      },
    };
  }
}

function addExample(operation: Operation, { request, answer }: Example): void {
  const body = operation.requestBody?.content['application/json'];
  if (body !== undefined && request !== undefined) body.example = request;
  const success = Object.entries(operation.responses).find(([status]) => status.startsWith('2'))?.[1];
  const [media] = Object.values(success?.content ?? {});
  if (media !== undefined && answer !== undefined) media.example = answer;
}

/** Adds to the document what routes do not say. */
export function describe<Document extends object>(document: Document): Document {
  const { paths = {} } = document as ReferenceDocument;
  const tags = new Set<string>();
  for (const [name, notes] of Object.entries(OPERATIONS)) {
    const [method = '', path = ''] = name.split(' ');
    const operation = paths[path]?.[method];
    tags.add(notes.tag);
    if (operation === undefined) continue;
    operation.tags = [notes.tag];
    operation.summary = notes.summary;
    for (const parameter of operation.parameters ?? []) {
      const example = notes.parameters?.[parameter.name];
      if (example !== undefined) parameter.example = example;
    }
    addExample(operation, EXAMPLES[name] ?? {});
    addProblems(operation, notes.problems);
  }
  return { ...document, tags: [...tags].map((name) => ({ name })) };
}
