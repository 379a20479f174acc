import { useEffect, useState } from 'preact/hooks';
import type { Job } from '../../../../client/client.ts';
import type { ConsoleApi } from '../../api.ts';
import { Sign } from '../elements/sign.tsx';
import { Trouble } from '../elements/trouble.tsx';
import { partsOf } from '../jobs/content-parts.ts';
import { STATUS_SIGNS } from '../jobs/job-words.ts';
import { PartView } from '../jobs/part-view.tsx';

/** The job that was submitted. */
export interface Sent {
  readonly jobId: string;
  readonly tenant: string;
}

/** Follows the job that was submitted until it ends, and shows its answer. */
export function Follow({ api, sent }: { readonly api: ConsoleApi; readonly sent: Sent }) {
  const { jobId, tenant } = sent;
  const [job, setJob] = useState<Job>();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    const show = (next: Job) => {
      if (!signal.aborted) setJob(next);
    };
    api
      .client(tenant)
      .wait(jobId, { signal, onChange: show })
      .then(show, (failure: unknown) => {
        if (!signal.aborted) setError(failure);
      });
    return () => stop.abort();
  }, [api, jobId, tenant]);

  const status = job?.status ?? 'QUEUED';
  const [sign, tone] = STATUS_SIGNS[status];
  return (
    <div class="follow">
      <p role="status">
        <Sign name={sign} tone={tone} /> {status}{' '}
        <a href={`#/jobs/${jobId}`}>
          Job <code>{jobId}</code>
        </a>
      </p>
      {job?.error && <p>{job.error.title}</p>}
      {job?.result?.output.message.content.flatMap(partsOf).map((part, i) => (
        <PartView key={i} part={part} />
      ))}
      {job?.resultUrl !== undefined && !job.result && (
        <p>The answer is long. The job’s page has a link to it.</p>
      )}
      <Trouble error={error} />
    </div>
  );
}
