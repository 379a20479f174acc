import type { CircuitNews } from './circuit-news.ts';
import type { JobCounts } from './job-ledger.ts';
import { counted } from './second-tally.ts';

type Opened = Extract<CircuitNews, { readonly type: 'opened' }>;

/** The sentences of the outage in three acts. Each says only what was done or observed. */
export const SENTENCES = {
  begin: (tier: string, targets: readonly string[]) =>
    `Bedrock now throttles every call of tier ${tier}: ${targets.join(' and ')}.`,

  traffic: (jobsPerSecond: number) =>
    `Holdfast's own API gets ${counted(jobsPerSecond, 'job')} per second, so that there is something to see.`,

  firstFailures: (failed: number) =>
    `${failed === 1 ? 'The first call has' : `The first ${failed} calls have`} failed: Bedrock refuses with status 429. A failed call does not end its job, which tries the next target.`,

  firstFallback: (target: string) =>
    `A job was answered by ${target} instead. Its answer is marked as degraded, and says which model gave it.`,

  firstDeferral: () =>
    'A job found no target that answers. It waits in the queue and loses none of its attempts.',

  opened: ({ target, calls, failures, rule, untilMs }: Opened, nowMs: number) =>
    `The circuit of ${target} opened after ${failures} failed calls out of ${calls} (${ruleText(rule)}). It admits no call for ${seconds(untilMs - nowMs)}.`,

  reopened: ({ target, untilMs }: Opened, nowMs: number) =>
    `A call of ${target} failed, so its circuit stays open for another ${seconds(untilMs - nowMs)}.`,

  hold: (tier: string, open: number, all: number) =>
    open === all
      ? `All circuits of tier ${tier} are open. Jobs skip its targets without a call.`
      : `${open} of ${all} circuits of tier ${tier} are open. Jobs skip these targets without a call.`,

  holding: (answeredBy: Readonly<Record<string, number>>, deferred: number, passedMs: number) => {
    const answered = Object.entries(answeredBy).map(
      ([tier, jobs]) => `tier ${tier} answered ${counted(jobs, 'job')}`,
    );
    const waiting =
      deferred === 0 ? 'no job had to wait' : `${counted(deferred, 'job')} had to wait`;
    return `In ${seconds(passedMs)} with open circuits, ${[...answered, waiting].join(' and ')}.`;
  },

  healed: ({ skipped, calls }: HealCounts, passedMs: number, untilNextProbeMs: number) => {
    const skips =
      skipped === 0 ? '' : `jobs skipped these targets ${counted(skipped, 'time')}, and `;
    const got = calls === 0 ? 'no call' : counted(calls, 'call');
    const late = calls === 0 ? '' : ' (a worker may learn of an open circuit a second late)';
    return `In these ${seconds(passedMs)}, ${skips}Bedrock got ${got} for them${late}. It works again from now on. The circuits learn that from a probe, which the first of them admits in ${seconds(untilNextProbeMs)}.`;
  },

  stage: (
    { target, stage }: Extract<CircuitNews, { type: 'stage' }>,
    permits: readonly number[],
  ) => {
    const admitted = permits[stage];
    const calls = admitted === undefined ? 'more calls' : counted(admitted, 'call');
    const before = permits[stage - 1];
    if (stage === 0) return `The pause of ${target} is over. It admits ${calls}, as a probe.`;
    const answered = before === 1 ? 'The probe was answered' : `All ${before} calls were answered`;
    return `${answered}, so ${target} now admits ${calls}.`;
  },

  /** `answered`: the calls of the last stage, if the recovery reached it. */
  closed: (target: string, answered: number | undefined) => {
    const closed = `The circuit of ${target} is closed, and gets all its calls again.`;
    if (answered === undefined) return closed;
    return `The last ${counted(answered, 'call')} were answered too. ${closed}`;
  },

  drained: (waited: number) =>
    waited === 0
      ? 'All circuits are closed. No job is left over from the outage.'
      : `All circuits are closed. ${waited === 1 ? 'The job that had to wait has' : `All ${waited} jobs that had to wait have`} ended too.`,

  sum: (jobs: JobCounts, { failed, skipped }: SumCounts, passedMs: number) => {
    const { accepted, answered, unanswered, open, refused } = jobs;
    const skips = skipped === 0 ? '' : ` and ${skipped} were skipped`;
    const ends = [
      `${answered} ${answered === 1 ? 'was' : 'were'} answered`,
      ...(unanswered === 0 ? [] : [`${unanswered} ended without an answer`]),
      open === 0 ? 'none was lost' : `${open} have not ended yet`,
    ];
    const notTaken =
      refused === 0 ? '' : ` The API did not accept ${counted(refused, 'more request')}.`;
    return `In ${seconds(passedMs)}, ${counted(failed, 'call')} failed${skips}. Of ${counted(accepted, 'job')}, ${ends.slice(0, -1).join(', ')} and ${ends.at(-1)}.${notTaken}`;
  },

  noCircuit: (passedMs: number, failed: number) =>
    `No circuit has opened in ${seconds(passedMs)}, with ${counted(failed, 'failed call')}. The outage ends here. An override, or settings that ignore throttles, may be the reason.`,

  noProbe: (passedMs: number) =>
    `No job has probed the targets in ${seconds(passedMs)} with open circuits. The outage ends here.`,

  slowRecovery: (notClosed: number) =>
    `${counted(notClosed, 'circuit')} did not close in time. The outage ends here.`,

  stopped: (passedMs: number) => `Stopped after ${seconds(passedMs)}. All faults are cleared.`,
} as const;

interface HealCounts {
  readonly skipped: number;
  /** The calls that Bedrock received. */
  readonly calls: number;
}

interface SumCounts {
  readonly failed: number;
  readonly skipped: number;
}

function ruleText(rule: string): string {
  switch (rule) {
    case 'rate':
      return 'rule rate: too large a share of the calls fails';
    case 'excess':
      return 'rule excess: failures come faster than the allowed share';
    case 'dry':
      return 'rule dry: only failures, and no answer';
    default:
      return `rule ${rule}`;
  }
}

function seconds(ms: number): string {
  return counted(Math.max(0, Math.round(ms / 1000)), 'second');
}
