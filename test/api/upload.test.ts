import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { problem, scoreResponse } from '../../src/api/schemas.ts';
import { MAX_SENT_BYTES } from '../../src/formats/onnx.ts';
import { CELL, call, post } from './served.ts';

const model = (name: string): File =>
  new File([readFileSync(join(import.meta.dirname, '../fixtures', `${name}.onnx`))], `${name}.onnx`);

function form(fields: Record<string, string | readonly (File | string)[]>): FormData {
  const data = new FormData();
  for (const [name, parts] of Object.entries(fields)) {
    for (const part of typeof parts === 'string' ? [parts] : parts) data.append(name, part);
  }
  return data;
}

const upload = (body: FormData): Promise<Response> => call('/v1/score', { method: 'POST', body });

test('ONNX files that are uploaded are scored in order', async () => {
  const answer = await upload(
    form({ format: 'onnx', architectures: [model('resnet18'), model('mobilenetv2')], include: 'cost' }),
  );
  expect(answer.status).toBe(200);
  const { results } = scoreResponse.parse(await answer.json());
  expect(results.map(({ cost }) => Math.round((cost?.params ?? 0) / 1e5) / 10)).toEqual([11.7, 3.5]);
});

test('a file gets the score that it gets as base64 in JSON', async () => {
  const file = model('resnet18');
  const base64 = Buffer.from(await file.arrayBuffer()).toString('base64');
  const [uploaded, sent] = await Promise.all([
    upload(form({ format: 'onnx', architectures: [file] })),
    post('/v1/score', { format: 'onnx', architectures: [base64] }),
  ]);
  expect(await uploaded.text()).toBe(await sent.text());
});

test('other formats may come as files or as text', async () => {
  const answer = await upload(
    form({ format: 'nas-bench-201', architectures: [new File([`${CELL}\n`], 'cell.txt'), CELL] }),
  );
  const { results } = scoreResponse.parse(await answer.json());
  expect(results[0]?.score).toBe(results[1]?.score);
});

test('a file that is no model is named by its index', async () => {
  const broken = new File(['PK garbage'], 'model.onnx');
  const answer = await upload(form({ format: 'onnx', architectures: [model('resnet18'), broken] }));
  expect(answer.status).toBe(422);
  expect(problem.parse(await answer.json())).toMatchObject({ code: 'onnx-malformed', index: 1 });
});

test('an upload without a format, or with fields that mean nothing, is refused', async () => {
  const answer = await upload(form({ architectures: [CELL], colour: 'red' }));
  expect(answer.status).toBe(422);
  const { errors } = problem.parse(await answer.json());
  expect(errors?.map(({ pointer }) => pointer).sort()).toEqual(['/colour', '/format']);
});

test('a body that only claims to be a form is refused', async () => {
  const answer = await call('/v1/score', {
    method: 'POST',
    body: 'no form at all',
    headers: { 'Content-Type': 'multipart/form-data; boundary=x' },
  });
  expect(answer.status).toBe(400);
  expect(problem.parse(await answer.json()).code).toBe('form-malformed');
});

test('an upload beyond the limit is refused while it is read', async () => {
  const answer = await call('/v1/score', {
    method: 'POST',
    body: new Uint8Array(MAX_SENT_BYTES + 200_000),
    headers: { 'Content-Type': 'multipart/form-data; boundary=x' },
  });
  expect(answer.status).toBe(413);
});
