/**
 * CloudEvents 1.0 over HTTP in batches (HTTP protocol binding, section 3.3), in the form that OpenMeter ingests.
 * A consumer is to drop events whose `source` and `id` it has seen (CloudEvents, section 3.1.1).
 */
import type { MeteringEvent, Sink } from '../outbox.ts';

export interface CloudEventsEndpoint {
  readonly url: string;
  readonly token?: string | undefined;
  /** Longest that a delivery may take, in milliseconds. */
  readonly patience: number;
}

const cloudEvent = ({ id, account, time, day, key, kind, units }: MeteringEvent) => ({
  specversion: '1.0',
  id,
  source: 'tgnas-edge',
  type: 'tgnas.units',
  subject: account,
  time: new Date(time).toISOString(),
  datacontenttype: 'application/json',
  data: { units, kind, key, day },
});

export function cloudEventsSink({ url, token, patience }: CloudEventsEndpoint): Sink {
  return {
    needsCustomer: false,
    async deliver(events) {
      const answer = await fetch(url, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/cloudevents-batch+json',
          ...(token ? { Authorization: `Bearer ${token}` } : {}),
        },
        body: JSON.stringify(events.map(cloudEvent)),
        signal: AbortSignal.timeout(patience),
      });
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`the sink answers ${answer.status}`);
      return events.map(({ id }) => id);
    },
  };
}
