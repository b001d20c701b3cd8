/**
 * Architectures as files: `multipart/form-data` with the fields of the JSON body. Files are read down to the text
 * of their format at the door, so that weights which came along are gone before anything else is done.
 */
import type { MiddlewareHandler } from 'hono';
import { MAX_SENT_BYTES, onnx } from '../formats/onnx.ts';
import { readArchitecture } from '../formats/registry.ts';
import { ArchitectureError } from '../graph/architecture-error.ts';
import { BatchError } from '../predictor/score-batch.ts';
import { ProblemError } from './problem.ts';
import { jsonBody } from './request-body.ts';

/** One file of the largest size and what stands around it. */
const MAX_UPLOAD_BYTES = MAX_SENT_BYTES + 100_000;

const FORM_TYPE = /^multipart\/form-data\s*;/i;

/**
 * The form in a body, which is never held besides the form's own parts: an isolate has room for a file of the
 * largest size a few times over, not many times.
 *
 * @throws ProblemError 413 `body-too-large`, 400 `form-malformed`
 */
async function readForm(body: ReadableStream<Uint8Array> | null, type: string): Promise<FormData> {
  let size = 0;
  const counted = body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        size += chunk.byteLength;
        if (size > MAX_UPLOAD_BYTES) controller.error(new RangeError('the upload is too large'));
        else controller.enqueue(chunk);
      },
    }),
  );
  try {
    return await new Response(counted ?? null, { headers: { 'Content-Type': type } }).formData();
  } catch {
    if (size > MAX_UPLOAD_BYTES) {
      const detail = `an upload may have at most ${MAX_UPLOAD_BYTES} bytes`;
      throw new ProblemError(413, [{ code: 'body-too-large', detail }]);
    }
    throw new ProblemError(400, [{ code: 'form-malformed', detail: 'the body must be multipart/form-data' }]);
  }
}

/** The architecture in one part of a form, as text. */
async function architectureOf(part: File | string, format: string, index: number): Promise<string> {
  if (typeof part === 'string') return part;
  if (format !== onnx.id) return (await part.text()).trim();
  try {
    return readArchitecture(format, new Uint8Array(await part.arrayBuffer())).text;
  } catch (error) {
    if (!(error instanceof ArchitectureError)) throw error;
    throw new BatchError([{ index, error }]);
  }
}

/** The JSON body that says the same as the form. */
async function bodyOf(form: FormData): Promise<Record<string, unknown>> {
  const format = form.get('format');
  const fields: Record<string, unknown> = {};
  for (const name of new Set(form.keys())) {
    const parts = form.getAll(name);
    if (name === 'architectures') {
      const texts: string[] = [];
      for (const part of parts) texts.push(await architectureOf(part, String(format), texts.length));
      fields[name] = texts;
    } else if (name === 'include') {
      fields[name] = parts.flatMap((part) => String(part).split(','));
    } else {
      fields[name] = parts.length === 1 ? parts[0] : parts;
    }
  }
  return fields;
}

/**
 * Lets JSON bodies through as `jsonBody` does, and makes JSON of uploads.
 *
 * @throws ProblemError 413 `body-too-large`, 400 `form-malformed`, and those of `jsonBody`
 * @throws BatchError when a file cannot be read
 */
export function jsonOrUpload(): MiddlewareHandler {
  const jsonAlone = jsonBody();
  return async function jsonOrUpload(c, next) {
    const type = c.req.header('Content-Type') ?? '';
    if (FORM_TYPE.test(type)) {
      const form = await readForm(c.req.raw.body, type);
      const body = JSON.stringify(await bodyOf(form));
      const headers = new Headers(c.req.raw.headers);
      headers.set('Content-Type', 'application/json');
      headers.delete('Content-Length');
      c.req.raw = new Request(c.req.raw.url, { method: 'POST', headers, body });
    }
    return jsonAlone(c, next);
  };
}
