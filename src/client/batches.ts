/** Many architectures as calls of the size that the API takes. */

/** Architectures in one call, and bytes of its body: a margin below the API's limits. */
const MAX_ARCHITECTURES = 1_024;
const MAX_BYTES = 900_000;

export interface Batch<Item> {
  /** Place of its first item in the whole. */
  readonly start: number;
  readonly items: readonly Item[];
}

const encoder = new TextEncoder();

/** In order, each as large as it may be. An item too large for any call is a batch by itself. */
export function batchesOf<Item>(items: readonly Item[]): Batch<Item>[] {
  const batches: Batch<Item>[] = [];
  let [start, bytes] = [0, 0];
  items.forEach((item, at) => {
    const size = encoder.encode(JSON.stringify(item)).byteLength + 1;
    const full = at - start === MAX_ARCHITECTURES || bytes + size > MAX_BYTES;
    if (full && at > start) {
      batches.push({ start, items: items.slice(start, at) });
      [start, bytes] = [at, 0];
    }
    bytes += size;
  });
  if (start < items.length) batches.push({ start, items: items.slice(start) });
  return batches;
}

/** Does all tasks, at most so many at a time; answers are in their order. The first failure ends it. */
export async function inParallel<Task, Answer>(
  tasks: readonly Task[],
  concurrency: number,
  work: (task: Task, at: number) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < tasks.length) {
      const at = next++;
      const task = tasks[at];
      if (task !== undefined) answers[at] = await work(task, at);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, tasks.length) }, worker));
  return answers;
}
