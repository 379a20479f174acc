import { useState } from 'preact/hooks';
import type { AdminJob } from '../../../contract/jobs.ts';
import { Confirm } from '../elements/confirm.tsx';
import { Trouble } from '../elements/trouble.tsx';
import { useAction } from '../elements/use-action.ts';
import { leaveForSubmit } from '../submit/left-request.ts';
import type { ViewProps } from '../view-props.ts';
import { actionsOf, type JobAction } from './job-words.ts';

const WORDS: Readonly<Record<JobAction, string>> = {
  cancel: 'Cancel',
  redrive: 'Redrive',
  'run-again': 'Run again',
  edit: 'Run again with edits',
};

/** The actions that need the API key of a tenant. */
const SUBMITS: ReadonlySet<JobAction> = new Set(['run-again', 'edit']);

interface Done {
  readonly text: string;
  /** The job that was submitted, if one was. */
  readonly jobId?: string;
}

/** The actions that the job allows now, and what the last one did. */
export function JobActions({
  job,
  instance,
  api,
  onChanged,
}: ViewProps & { readonly job: AdminJob; readonly onChanged: () => void }) {
  const [asks, setAsks] = useState(false);
  const action = useAction<Done | undefined>();
  const tenant = tenantFor(job, instance.tenants);
  const runs: Readonly<Record<JobAction, () => Promise<Done | undefined>>> = {
    cancel: async () => {
      const { status } = await api.operator.cancel(job.jobId);
      onChanged();
      return { text: `Cancel requested. The job is ${status}.` };
    },
    redrive: async () => {
      const { moved, held } = await api.operator.redrive({ jobId: job.jobId });
      onChanged();
      if (moved > 0) return { text: 'The job is queued again, with all its attempts.' };
      const why = held > 0 ? 'no target that it may use admits calls' : 'its message was not found';
      return { text: `The job stays dead-lettered: ${why}.` };
    },
    'run-again': async () => {
      const request = await requestOf(job.jobId);
      const { jobId } = await api.client(tenant).submit(request);
      return { text: `Submitted as a new job of the tenant ${tenant}:`, jobId };
    },
    edit: async () => {
      leaveForSubmit({ tenant, body: { ...(await requestOf(job.jobId)) } });
      location.hash = '#/submit';
      return undefined;
    },
  };

  async function requestOf(jobId: string) {
    const { request } = await api.operator.job(jobId, { content: true });
    if (!request) throw new Error('The request is no longer stored, so it cannot run again.');
    return request;
  }

  const canSubmit = instance.tenants.length > 0;
  const offered = actionsOf(job).filter((each) => canSubmit || !SUBMITS.has(each));
  return (
    <>
      <div class="actions">
        {offered.map((each) => (
          <button
            key={each}
            type="button"
            aria-disabled={action.isBusy}
            onClick={() => (each === 'cancel' ? setAsks(true) : action.start(runs[each]))}
          >
            {WORDS[each]}
          </button>
        ))}
      </div>
      {canSubmit && tenant !== job.tenant && (
        <p class="minor">
          This page has no key of the tenant {job.tenant}, so the job runs again for the tenant{' '}
          {tenant}.
        </p>
      )}
      {!canSubmit && <p class="minor">This page has no API key, so it cannot run the job again.</p>}
      <p role="status">
        {action.result?.text}{' '}
        {action.result?.jobId && (
          <a href={`#/jobs/${action.result.jobId}`}>{action.result.jobId}</a>
        )}
      </p>
      <Trouble error={action.error} />
      {asks && (
        <Confirm
          question="Cancel this job?"
          detail="It ends without an answer, and its caller sees CANCELLED. It cannot be resumed."
          act="Cancel the job"
          onAct={() => action.start(runs.cancel)}
          onClose={() => setAsks(false)}
        />
      )}
    </>
  );
}

/** Returns the job's own tenant if the server has its key, otherwise the first one whose key it has. */
function tenantFor(job: AdminJob, tenants: readonly string[]): string {
  return tenants.includes(job.tenant) ? job.tenant : (tenants[0] ?? job.tenant);
}
