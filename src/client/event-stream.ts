/** `text/event-stream` as the HTML standard defines it, section 9.2.6, read from a fetch. */

export interface StreamedEvent {
  /** The last id that was sent, with this event or before it. */
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

/** Proxies hold connections open that lead nowhere any more: the API says something every 15 seconds. */
const SILENCE_MS = 45_000;

/** Lines of a stream, without their ends. @throws Error when nothing at all arrives for too long */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = '';
  try {
    for (;;) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const silence = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`nothing came for ${SILENCE_MS} ms`)), SILENCE_MS);
      });
      const { done, value } = await Promise.race([reader.read(), silence]).finally(() => clearTimeout(timer));
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } finally {
    // A reader that is done or broken has nothing to cancel; one that is left early has.
    await reader.cancel().catch(() => undefined);
  }
}

/** The events of a stream. One that was cut off in the middle is none. */
export async function* eventsIn(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamedEvent> {
  let [id, type, data]: [string, string, string[]] = ['', '', []];
  for await (const line of linesOf(body)) {
    if (line === '') {
      if (data.length > 0) yield { id, type: type || 'message', data: data.join('\n') };
      [type, data] = ['', []];
      continue;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'id') id = value;
    else if (field === 'event') type = value;
    else if (field === 'data') data.push(value);
  }
}
