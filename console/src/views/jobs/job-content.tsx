import { useEffect, useRef } from 'preact/hooks';
import type { ContentBlock, Message } from '../../../../lambda/contract/conversation.ts';
import type { AdminJobDetail } from '../../../contract/jobs.ts';
import { partsOf, settingsOf } from './content-parts.ts';
import { PartView } from './part-view.tsx';

/** The request and the answer. They are read only on request, because each reading is recorded. */
export function JobContent({
  job,
  isAsked,
  onAsk,
}: {
  readonly job: AdminJobDetail;
  readonly isAsked: boolean;
  readonly onAsk: () => void;
}) {
  const hasContent = job.request !== undefined || job.requestMissing !== undefined;
  if (!hasContent) {
    return (
      <section>
        <h2>Content</h2>
        <p>
          The prompt and the answer belong to the tenant. The log of operators’ actions records who
          reads them.
        </p>
        <button type="button" aria-disabled={isAsked} onClick={onAsk}>
          {isAsked ? 'The content is being read' : 'Show content'}
        </button>
      </section>
    );
  }
  return (
    <div class="columns">
      <Request job={job} />
      <Answer job={job} />
    </div>
  );
}

const MISSING: Readonly<Record<NonNullable<AdminJobDetail['requestMissing']>, string>> = {
  deleted: 'The request is no longer stored.',
  'too-large': 'The request is too large to be shown.',
};

function Request({ job: { request, requestMissing, purge } }: { readonly job: AdminJobDetail }) {
  const heading = useRef<HTMLHeadingElement>(null);
  // The button that had the focus is gone.
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <section>
      <h2 ref={heading} tabIndex={-1}>
        Request
      </h2>
      {!request && (
        <p>{purge ? 'The content was purged.' : MISSING[requestMissing ?? 'deleted']}</p>
      )}
      {request?.system && <Turn speaker="system" content={request.system} />}
      {request?.messages?.map((message: Message, i: number) => (
        // The turns of a request never change their order.
        <Turn key={i} speaker={message.role} content={message.content} />
      ))}
      {request && settingsOf(request).map((part) => <PartView key={part.title} part={part} />)}
    </section>
  );
}

function Answer({
  job: { result, resultGone, resultUrl, status },
}: {
  readonly job: AdminJobDetail;
}) {
  const isElsewhere = !result && resultUrl !== undefined;
  return (
    <section>
      <h2>Answer</h2>
      {result && (
        <Turn speaker={result.output.message.role} content={result.output.message.content} />
      )}
      {result && <p class="minor">Stop reason: {result.stopReason}</p>}
      {isElsewhere && (
        <p>
          The answer is too long for this page. <a href={resultUrl}>Download it</a>
        </p>
      )}
      {resultGone && <p>The answer was deleted before the job.</p>}
      {!result && !isElsewhere && !resultGone && <p>A job that is {status} has no answer.</p>}
    </section>
  );
}

function Turn({
  speaker,
  content,
}: {
  readonly speaker: string;
  readonly content: readonly ContentBlock[];
}) {
  return (
    <div class={`turn ${speaker}`}>
      <h3>{speaker}</h3>
      {content.flatMap(partsOf).map((part, i) => (
        <PartView key={i} part={part} />
      ))}
    </div>
  );
}
