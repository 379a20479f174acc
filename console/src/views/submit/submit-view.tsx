import { useState } from 'preact/hooks';
import { faultsOf, Trouble } from '../elements/trouble.tsx';
import { useAction } from '../elements/use-action.ts';
import type { ViewProps } from '../view-props.ts';
import { Commands } from './commands-view.tsx';
import { bodyOf, type Draft, withBody } from './draft.ts';
import { DraftForm, FORM_FIELDS } from './draft-form.tsx';
import { Follow, type Sent } from './follow.tsx';
import { takeLeftRequest } from './left-request.ts';
import { SAMPLES } from './samples.ts';

/** The form that submits a job, and the commands that send the same request. */
export function SubmitView({ instance, api }: ViewProps) {
  const [draft, setDraft] = useState(() => firstDraft(instance.tenants[0] ?? ''));
  const sent = useAction<Sent>();
  const written = bodyOf(draft);
  const submit = () =>
    sent.start(async () => {
      if (!written.valid) throw new Error(written.fault);
      if (draft.tenant === '') throw new Error('This page has no API key, so it cannot submit.');
      const { idempotencyKey } = draft;
      const options = idempotencyKey === '' ? {} : { idempotencyKey };
      const { jobId } = await api.client(draft.tenant).submit(written.body, options);
      return { jobId, tenant: draft.tenant };
    });
  return (
    <>
      <h1>Submit a job</h1>
      {instance.tenants.length === 0 && (
        <p>This page has no API key, so it cannot submit. The commands below can.</p>
      )}
      <div class="samples">
        <h2 id="samples">Samples</h2>
        <ul class="chips" aria-labelledby="samples">
          {SAMPLES.map(({ name, body }) => (
            <li key={name}>
              <button
                type="button"
                class="chip"
                onClick={() => {
                  sent.clear();
                  setDraft(withBody(draft, body));
                }}
              >
                {name}
              </button>
            </li>
          ))}
        </ul>
      </div>
      <div class="columns">
        <section aria-labelledby="request">
          <h2 id="request">Request</h2>
          <DraftForm
            draft={draft}
            instance={instance}
            written={written}
            faults={faultsOf(sent.error)}
            isBusy={sent.isBusy}
            onChange={setDraft}
            onSubmit={submit}
          />
          <Trouble error={sent.error} without={FORM_FIELDS} />
          {sent.result && <Follow key={sent.result.jobId} api={api} sent={sent.result} />}
        </section>
        <Commands draft={draft} written={written} instance={instance} />
      </div>
    </>
  );
}

function firstDraft(firstTenant: string): Draft {
  const left = takeLeftRequest();
  const empty: Draft = {
    tenant: left?.tenant ?? firstTenant,
    chain: '',
    minTier: '',
    whenOpen: '',
    idempotencyKey: '',
    form: 'prompt',
    prompt: '',
    json: '{}',
  };
  return withBody(empty, left?.body ?? SAMPLES[0]?.body ?? {});
}
