import type { JobRequest } from '../contract/job-request.ts';
import { METRIC } from '../contract/metrics.ts';
import type { Settings } from '../contract/policy.ts';
import type { Fault } from '../contract/schemas/faults.ts';
import type { KnownQuotas } from '../core/admission/applied-quotas.ts';
import type { Clock } from '../core/clock.ts';
import { errorName } from '../core/error-name.ts';
import { type Job, newJob } from '../core/jobs/job.ts';
import { dispatch, type JobQueue } from '../core/jobs/job-queue.ts';
import type { JobStore } from '../core/jobs/job-store.ts';
import type { KnownTenants } from '../core/jobs/known-tenants.ts';
import type { ResultStore } from '../core/jobs/result-store.ts';
import type { UploadStore } from '../core/jobs/upload-store.ts';
import { type UnsupportedNeed, unsupportedNeeds } from '../core/router/unsupported-needs.ts';
import type { Log, Metrics } from '../core/telemetry.ts';
import { digest } from '../http/digest.ts';
import { copyUploads, findUploads } from './job-uploads.ts';

export interface AcceptDependencies {
  readonly jobs: JobStore;
  readonly queue: Pick<JobQueue, 'send'>;
  readonly results: Pick<ResultStore, 'putPrompt'>;
  readonly uploads: UploadStore;
  readonly tenants: Pick<KnownTenants, 'note'>;
  readonly knownQuotas: Pick<KnownQuotas, 'current'>;
  readonly clock: Clock;
  /** Returns 32 hexadecimal digits that nobody can guess. */
  readonly newId: () => string;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface Submission {
  readonly tenant: string;
  readonly request: JobRequest;
  readonly idempotencyKey?: string;
}

export type Acceptance =
  /** The new job, or the job of the earlier request. */
  | { readonly outcome: 'accepted'; readonly job: Job }
  /** The idempotency key was used with another body. */
  | { readonly outcome: 'mismatch' }
  /** No target that may serve the job meets these needs. */
  | { readonly outcome: 'unsupported'; readonly needs: readonly UnsupportedNeed[] }
  | { readonly outcome: 'unusable-uploads'; readonly faults: readonly Fault[] };

/**
 * Copies the uploads, stores the prompt, writes the row and sends the message, in this order. Once the
 * row is written, the job is accepted. If the send fails, the sweeper sends the message later.
 *
 * A request with an idempotency key first looks for the job of an earlier request, so that a repeat
 * stores nothing and needs no upload, and a change of the settings does not refuse it. Only if two requests with one key arrive together, both store
 * their prompts and copies; the bucket's lifecycle deletes those that no row refers to.
 */
export async function acceptJob(
  dependencies: AcceptDependencies,
  settings: Settings,
  { tenant, request, idempotencyKey }: Submission,
): Promise<Acceptance> {
  const { jobs, results, uploads, tenants, knownQuotas, clock, newId, metrics } = dependencies;
  const { conversation, options } = request;
  const bodyHash = digest([conversation, options]);
  const jobId = idempotencyKey === undefined ? newId() : digest([tenant, idempotencyKey]);
  const now = clock.now();
  const earlier = idempotencyKey === undefined ? undefined : await jobs.get(jobId);
  if (earlier && isKept(earlier, now)) return repeatOf(earlier, bodyHash);
  const needs = unsupportedNeeds(settings, request, knownQuotas.current());
  if (needs.length > 0) return { outcome: 'unsupported', needs };

  const requestToken = newId();
  const files = await findUploads(uploads, tenant, conversation, now);
  if (files.faults.length > 0) return { outcome: 'unusable-uploads', faults: files.faults };
  const name = { jobId, requestToken };
  const faults = await copyUploads(uploads, tenant, conversation, files, name);
  if (faults.length > 0) return { outcome: 'unusable-uploads', faults };
  const promptBytes = await results.putPrompt({ jobId, bodyHash }, conversation);
  const inputBytes = promptBytes + files.bytes;

  const job = newJob({ ...name, tenant, bodyHash, inputBytes }, options, now, settings);
  const put = await jobs.create(job, now);
  if (!put.created) return repeatOf(put.existing, bodyHash);
  metrics.count(METRIC.jobsAccepted);
  await Promise.all([send(dependencies, job), tenants.note(tenant, now, settings.jobs)]);
  return { outcome: 'accepted', job };
}

/** DynamoDB may delete a row days after its `expiresAt`. Until then, its key is free again. */
function isKept({ expiresAt }: Job, now: number): boolean {
  return expiresAt * 1000 > now;
}

function repeatOf(existing: Job, bodyHash: string): Acceptance {
  return existing.bodyHash === bodyHash
    ? { outcome: 'accepted', job: existing }
    : { outcome: 'mismatch' };
}

async function send(dependencies: AcceptDependencies, job: Job): Promise<void> {
  try {
    await dispatch(dependencies, job, dependencies.clock.now());
  } catch (error) {
    const fields = { jobId: job.jobId, error: errorName(error) };
    dependencies.log.warn('message not sent; the sweeper will send it', fields);
  }
}
