import { useState } from 'preact/hooks';
import { hasEnded } from '../../../../lambda/contract/words.ts';
import type { AdminJobDetail } from '../../../contract/jobs.ts';
import { Trouble } from '../elements/trouble.tsx';
import { useLoaded } from '../elements/use-loaded.ts';
import type { ViewProps } from '../view-props.ts';
import { AttemptTimeline } from './attempt-timeline.tsx';
import { JobActions } from './job-actions.tsx';
import { JobContent } from './job-content.tsx';
import { JobFacts } from './job-facts.tsx';
import { JobMarks, JobStatusLine } from './job-status.tsx';
import { reductionSentence, waitSentences } from './job-words.ts';
import { refreshEveryMs } from './refresh.ts';

/** One job: the record that the list shows, with all that is known of it. */
export function JobDetail(props: ViewProps & { readonly jobId: string }) {
  const { jobId, instance, api, nowMs } = props;
  const [isEnded, setEnded] = useState(false);
  const [withContent, setWithContent] = useState(false);
  const loaded = useLoaded<AdminJobDetail>(
    jobId,
    async (signal) => {
      // Callers may write shorthands; the request of a stored job has none.
      const job = (await api.operator.job(jobId, {
        content: withContent,
        signal,
      })) as AdminJobDetail;
      setEnded(hasEnded(job.status));
      return job;
    },
    // The content does not change, and each reading of it is recorded.
    isEnded || withContent ? undefined : refreshEveryMs(instance),
  );
  const job = loaded.value;
  return (
    <>
      <p class="title-row">
        <a href="#/jobs">All jobs</a>
        <button type="button" class="small" onClick={loaded.reload}>
          Refresh
        </button>
      </p>
      <h1>
        Job <code>{jobId}</code>
      </h1>
      <Trouble error={loaded.error} />
      {!job && loaded.error === undefined && <p role="status">The job is being read.</p>}
      {job && (
        <>
          <p class="job-head" role="status">
            <JobStatusLine job={job} nowMs={nowMs} />
            <JobMarks job={job} />
          </p>
          <JobActions {...props} job={job} onChanged={loaded.reload} />
          <Reasons job={job} />
          <AttemptTimeline job={job} nowMs={nowMs} />
          <JobFacts job={job} nowMs={nowMs} />
          <JobContent
            job={job}
            isAsked={withContent}
            onAsk={() => {
              setWithContent(true);
              loaded.reload();
            }}
          />
        </>
      )}
    </>
  );
}

/** Why the job waits, ended without an answer, or got less than it asked for. */
function Reasons({ job }: { readonly job: AdminJobDetail }) {
  const { error } = job;
  const waits = waitSentences(job);
  const reductions = job.degradedBy ?? [];
  return (
    <>
      {waits.length > 0 && (
        <section>
          <h2>Why it waits</h2>
          <ul>
            {waits.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </section>
      )}
      {error && (
        <section>
          <h2>Why it has no answer</h2>
          <p>
            <strong>{error.title}</strong>
          </p>
          {error.detail && <p class="kept">{error.detail}</p>}
          {error.retryAt && <p>Try again from {error.retryAt} on.</p>}
          <p class="minor">
            <code>{error.type}</code>
          </p>
        </section>
      )}
      {reductions.length > 0 && (
        <section>
          <h2>Why it is degraded</h2>
          <ul>
            {reductions.map((reduction) => (
              <li key={reduction}>{reductionSentence(reduction)}</li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
