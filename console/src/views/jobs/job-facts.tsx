import type { ComponentChildren } from 'preact';
import type { AdminJob } from '../../../contract/jobs.ts';
import { distanceOf, dollarsOf, lengthOf, timeOf } from '../format.ts';

type Fact = readonly [name: string, value: ComponentChildren];

/** The facts of the job's record. Absent ones are left out. */
export function JobFacts({ job, nowMs }: { readonly job: AdminJob; readonly nowMs: number }) {
  const facts: readonly Fact[] = [
    ['Tenant', job.tenant],
    ['Chain', job.chain],
    ['Served by', job.servedBy],
    ['Tier', job.tier],
    ['Created', moment(job.createdAt, nowMs)],
    ['Next attempt', job.nextAttemptAt && moment(job.nextAttemptAt, nowMs)],
    ['Completed', job.completedAt && moment(job.completedAt, nowMs)],
    ['Took', job.completedAt && lengthOf(Date.parse(job.completedAt) - Date.parse(job.createdAt))],
    ['Deadline', moment(job.deadlineAt, nowMs)],
    ['Deferrals', job.deferrals],
    ['Redrives', job.redrives],
    ['Tokens', job.usage && tokensOf(job.usage)],
    ['Cost', job.costUsd !== undefined && `${dollarsOf(job.costUsd)} at list price`],
    ...Object.entries(job.metadata ?? {}).map(([name, value]): Fact => [`metadata.${name}`, value]),
  ];
  return (
    <section>
      <h2>Record</h2>
      <dl class="facts">
        {facts
          .filter(([, value]) => value !== undefined && value !== false)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
}

function moment(iso: string, nowMs: number) {
  return (
    <time dateTime={iso} title={iso}>
      {timeOf(iso, nowMs)} <span class="minor">({distanceOf(iso, nowMs)})</span>
    </time>
  );
}

function tokensOf({
  inputTokens,
  outputTokens,
  cacheReadInputTokens: read,
  cacheWriteInputTokens: written,
  estimated,
}: NonNullable<AdminJob['usage']>): string {
  const cache = [read && `${read} read from a cache`, written && `${written} written to a cache`];
  return [`${inputTokens} in, ${outputTokens} out`, ...cache, estimated && 'estimated']
    .filter(Boolean)
    .join(', ');
}
