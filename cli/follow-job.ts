import type { Client, Job } from '../client/client.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { endText, jobText, stateText } from './job-text.ts';
import type { Session } from './session.ts';

/**
 * Waits for the end of a job and prints its answer, or the job with `--json`. The progress shows what
 * the job does meanwhile.
 */
export async function followJob(
  client: Client,
  jobId: string,
  { terminal, world, ifInterrupted }: Session<unknown>,
  timeoutSeconds: number | undefined,
): Promise<ExitCode> {
  ifInterrupted(`Interrupted. The job ${jobId} goes on. Next: holdfast wait ${jobId}`);
  const job = await client.wait(jobId, {
    signal: world.signal,
    ...(timeoutSeconds !== undefined && { timeoutMs: timeoutSeconds * 1000 }),
    onChange: (changed) => terminal.progress(`${jobId}  ${stateText(changed)}`),
  });
  terminal.print(job, (plain, paint) => plain.result?.text ?? jobText(plain, paint));
  terminal.note(`${endText(job)}. Next: holdfast get ${jobId}`);
  return exitOf(job);
}

/** A job that ended without an answer fails the command. */
export function exitOf({ status }: Job): ExitCode {
  return status === 'SUCCEEDED' ? EXIT.ok : EXIT.failed;
}
