import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EmbeddedRun } from '../../local/embedded-run.ts';

const MB = 2 ** 20;

/** Waits until no message is left in the queue, visible or not. */
export async function queueEmpty(run: EmbeddedRun, queue: string): Promise<void> {
  for (;;) {
    const { ready, delayed, inFlight } = await run.queueDepth(queue);
    if (ready + delayed + inFlight === 0) return;
    await sleep(20);
  }
}

/** Returns the name of the queue with this URL. */
export function queueName(url = ''): string {
  return url.split('/').at(-1) ?? '';
}

export interface Memory {
  /** The memory of this process: the servers, the data that they hold, and the load generator. */
  readonly serversMb: number;
  /** The memory of each sandbox of a function. */
  readonly sandboxesMb: readonly number[];
}

/** Measures the resident memory of the processes of an embedded run. */
export function memoryOf(run: EmbeddedRun): Memory {
  const pids = run.functions.flatMap(({ sandboxes }) => sandboxes);
  const serversMb = Math.round(process.memoryUsage.rss() / MB);
  if (pids.length === 0) return { serversMb, sandboxesMb: [] };
  const output = execFileSync('ps', ['-o', 'rss=', '-p', pids.join(',')]).toString();
  const sandboxesMb = output
    .trim()
    .split('\n')
    .map((kb) => Math.round((Number(kb) * 1024) / MB));
  return { serversMb, sandboxesMb };
}
