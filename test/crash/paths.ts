import { JOB_DEFAULTS, type SettingsInput } from '../../lambda/contract/policy.ts';
import { timeForACallMs } from '../../lambda/contract/time-budget.ts';
import type { EndStatus, JobStatus, WhenOpen } from '../../lambda/contract/words.ts';
import type { Reaction } from './model.ts';
import { MESSAGES_WITH_FILE } from './objects.ts';

/** A course of events that a job can take, described by everything that is not a fault. */
export interface Path {
  readonly name: string;
  /** The end state that the job must reach in spite of any fault. */
  readonly ends: EndStatus;
  /**
   * The models' reactions, one per call, for all calls or by model. The last one applies to all
   * further calls.
   */
  readonly models: readonly Reaction[] | Readonly<Record<string, readonly Reaction[]>>;
  /** The number of tokens of each answer, which come every 19 s. @default 1 */
  readonly tokens?: number;
  /** The fields of the request in addition to its prompt, or instead of it. */
  readonly body?: {
    readonly whenOpen?: WhenOpen;
    readonly deadlineSeconds?: number;
    readonly prompt?: undefined;
    readonly messages?: typeof MESSAGES_WITH_FILE;
  };
  readonly jobs?: SettingsInput['jobs'];
  /** The moment at which the client cancels: at a status of the job, or during a model call. */
  readonly cancel?: { readonly at: JobStatus } | { readonly duringCall: number };
  /** An operator redrives the dead-lettered job. */
  readonly isRedriven?: boolean;
  /** SQS delivers every message twice. */
  readonly isDeliveredTwice?: boolean;
  /** The body of a second message in the queue, which no worker can parse. */
  readonly unreadable?: string;
  /** The time at the start during which no message is received, as in a backlog. */
  readonly backlogMs?: number;
  /** The time that Lambda leaves to the first invocation of the worker. @default enough */
  readonly firstRunMs?: number;
  /** The models answer other jobs while they fail this one, so its failed calls are charged. */
  readonly areOthersServed?: boolean;
  readonly queueDownMs?: number;
  /** The queue always holds messages of other jobs. */
  readonly isBusyHour?: boolean;
  readonly busDownMs?: number;
  /** The quota of the primary is known, and is full for this long. @default the quota is not known */
  readonly quotaWaitMs?: number;
}

const MINUTE_MS = 60_000;
/** The number of tokens of an answer that takes 119 s, longer than a lease. */
const LONG = 7;

export const PATHS: readonly Path[] = [
  { name: 'answered at once', ends: 'SUCCEEDED', models: ['answers'] },
  {
    name: 'answered with a file',
    ends: 'SUCCEEDED',
    models: ['answers'],
    body: { prompt: undefined, messages: MESSAGES_WITH_FILE },
  },
  { name: 'answered by the fallback', ends: 'SUCCEEDED', models: ['throttles', 'answers'] },
  {
    name: 'answered at length',
    ends: 'SUCCEEDED',
    models: ['answers'],
    tokens: LONG,
    // The claim's own lease ends shortly before a sweep, and the answer shortly after it.
    backlogMs: MINUTE_MS / 4,
  },
  {
    name: 'a stream breaks, the fallback answers',
    ends: 'SUCCEEDED',
    models: ['breaks', 'answers'],
    tokens: 2,
  },
  { name: 'refused as invalid', ends: 'FAILED', models: ['refuses'] },
  {
    name: 'no target, failed at once',
    ends: 'FAILED',
    models: ['throttles'],
    body: { whenOpen: 'fail' },
  },
  {
    name: 'deferred twice',
    ends: 'SUCCEEDED',
    models: ['throttles', 'throttles', 'answers'],
    body: { whenOpen: 'queue' },
    jobs: { maxAttempts: 3 },
  },
  {
    name: 'deferred, each message delivered twice',
    ends: 'SUCCEEDED',
    models: ['throttles', 'answers'],
    body: { whenOpen: 'queue' },
    isDeliveredTwice: true,
  },
  {
    name: 'no time left after the first call',
    ends: 'SUCCEEDED',
    models: {
      'anthropic.primary': ['throttles', 'answers'],
      'anthropic.last-resort': ['throttles'],
    },
    firstRunMs: timeForACallMs(JOB_DEFAULTS) + 3_000,
  },
  {
    name: 'a worker dies, the sweeper requeues the job',
    ends: 'SUCCEEDED',
    models: ['kills', 'answers'],
  },
  {
    name: 'poison, dead-lettered',
    ends: 'DEAD_LETTERED',
    models: ['kills'],
    jobs: { maxAttempts: 2 },
  },
  {
    name: 'dead-lettered, then redriven',
    ends: 'SUCCEEDED',
    models: ['kills', 'answers'],
    jobs: { maxAttempts: 1 },
    isRedriven: true,
  },
  {
    name: 'no model answers it, dead-lettered',
    ends: 'DEAD_LETTERED',
    models: ['fails'],
    jobs: { failedCalls: 3 },
    areOthersServed: true,
  },
  {
    name: 'cancelled while it waits',
    ends: 'CANCELLED',
    models: ['answers'],
    cancel: { at: 'QUEUED' },
    backlogMs: 2 * MINUTE_MS,
  },
  {
    name: 'cancelled while deferred',
    ends: 'CANCELLED',
    models: ['throttles'],
    body: { whenOpen: 'queue' },
    cancel: { at: 'DEFERRED' },
  },
  {
    name: 'cancelled while it runs',
    ends: 'CANCELLED',
    models: ['throttles', 'answers'],
    cancel: { duringCall: 1 },
  },
  {
    name: 'cancelled while its answer streams',
    ends: 'CANCELLED',
    models: ['answers'],
    tokens: LONG,
    cancel: { duringCall: 1 },
  },
  {
    name: 'past its deadline in an outage',
    ends: 'EXPIRED',
    models: ['throttles'],
    body: { deadlineSeconds: 100, whenOpen: 'queue' },
    jobs: { shortestDeferralSeconds: 30 },
  },
  {
    name: 'past its deadline in a backlog',
    ends: 'EXPIRED',
    models: ['answers'],
    body: { deadlineSeconds: 100 },
    backlogMs: 10 * MINUTE_MS,
  },
  {
    name: 'accepted while the queue is down',
    ends: 'SUCCEEDED',
    models: ['answers'],
    queueDownMs: MINUTE_MS / 2,
  },
  {
    name: 'accepted while the queue is down, in a busy hour',
    ends: 'SUCCEEDED',
    models: ['answers'],
    queueDownMs: MINUTE_MS / 2,
    isBusyHour: true,
  },
  {
    name: 'ended while the bus is down',
    ends: 'SUCCEEDED',
    models: ['answers'],
    busDownMs: 2 * MINUTE_MS,
  },
  {
    name: 'ended with completion events off',
    ends: 'SUCCEEDED',
    models: ['answers'],
    jobs: { completionEvents: false },
  },
  {
    name: 'beside an unreadable message',
    ends: 'SUCCEEDED',
    models: ['answers'],
    unreadable: '{"version":2,"jobId":"later"}',
  },
  {
    name: 'answered with its booked quota, each message delivered twice',
    ends: 'SUCCEEDED',
    models: ['answers'],
    isDeliveredTwice: true,
    quotaWaitMs: 10_000,
  },
  {
    name: 'a worker dies with its booked quota',
    ends: 'SUCCEEDED',
    models: ['kills', 'answers'],
    quotaWaitMs: 10_000,
  },
  {
    name: 'throttled within its quota, then answered',
    ends: 'SUCCEEDED',
    models: ['throttles', 'throttles', 'answers'],
    body: { whenOpen: 'queue' },
    quotaWaitMs: 0,
  },
  {
    name: 'behind a backlog of 20 minutes',
    ends: 'SUCCEEDED',
    models: ['answers'],
    backlogMs: 20 * MINUTE_MS,
  },
];
