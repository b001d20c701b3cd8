import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What becomes of a call: answered, refused before it arrives, or answered to nobody. */
export type Fate = 'answered' | 'refused' | 'cut off before' | 'cut off after';

/** Serves an app over HTTP, with a fate for every call. */
export async function serveFaultily(
  app: { request(path: string, init: RequestInit, env: object): Response | Promise<Response> },
  env: object,
  fateOf: (call: number) => Fate,
) {
  let calls = 0;
  const server = createServer(async (request, response) => {
    const fate = fateOf(calls++);
    const body = await buffer(request);
    if (fate === 'cut off before') return request.socket.destroy();
    if (fate === 'refused') return response.writeHead(503, { 'Retry-After': '0' }).end('upstream is away');
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value));
    const init = { method: request.method ?? 'GET', headers, ...(body.length > 0 ? { body } : {}) };
    const answer = await app.request(request.url ?? '/', init, env);
    const text = await answer.text();
    if (fate === 'cut off after') {
      response.writeHead(answer.status, { 'Content-Length': String(text.length) });
      return response.write(text.slice(0, text.length / 2), () => request.socket.destroy());
    }
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls: () => calls,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
