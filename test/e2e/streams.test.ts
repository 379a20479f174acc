import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RedriveReport } from '../../lambda/contract/schemas/redrive.ts';
import { jobLeaseMs, leaseRenewalMs } from '../../lambda/contract/time-budget.ts';
import { answerText } from '../../local/bedrock/answer-text.ts';
import type { FaultRule } from '../../local/bedrock/fault-rule.ts';
import { eventually } from '../support/eventually.ts';
import { sideBySide } from '../support/side-by-side.ts';
import { synthesizeBeforeAll } from './assembly.ts';
import { LAST_RESORT, PRIMARY, SECONDARY, SETTINGS } from './chain.ts';
import { type Holdfast, startHoldfast } from './holdfast.ts';
import { startTraffic } from './traffic.ts';

const { breaker, jobs } = SETTINGS;
const LEASE_MS = jobLeaseMs(breaker);
const ANSWER_TOKENS = 500;
/** The speed of the models. A short answer has about 30 tokens. */
const LATENCY = { tokensPerSecond: 100 };
/** The slack for a busy machine. */
const SLACK_MS = 2_000;

const assembly = synthesizeBeforeAll();
let holdfast: Holdfast;
beforeAll(async () => {
  holdfast = await startHoldfast(assembly, { latency: LATENCY });
}, 60_000);
afterAll(async () => {
  await holdfast.stop();
  holdfast.expectNothingDenied();
});

test.concurrent('an answer that takes longer than its lease is served by one call, beside short jobs', async () => {
  const prompt = 'a lasting answer';
  setLongAnswer('*lasting*', LEASE_MS + 3_000);
  const long = await holdfast.submit(prompt);
  await begun(long);

  const prompts = Array.from({ length: 30 }, (_, i) => `a short question ${i}`);
  const short = await holdfast.ended(await sideBySide(prompts, (each) => holdfast.submit(each)));
  // The sweeper takes a job over as soon as its lease has ended.
  const job = await eventually('the long answer', async () => {
    await holdfast.function('Sweeper').invoke('{}');
    const view = await holdfast.job(long);
    return view.status === 'RUNNING' ? undefined : view;
  });

  expect(job).toMatchObject({ status: 'SUCCEEDED', servedBy: PRIMARY.key, degraded: false });
  expect(job.result?.text).toBe(answerText(PRIMARY.at.model, prompt, ANSWER_TOKENS));
  expect(holdfast.bedrock.calls({ jobId: long })[0]?.ms).toBeGreaterThan(LEASE_MS);
  for (const each of short) {
    expect(each).toMatchObject({ status: 'SUCCEEDED', servedBy: PRIMARY.key });
  }
  for (const { jobId } of [...short, { jobId: long }]) {
    expect(holdfast.bedrock.calls({ jobId })).toMatchObject([{ outcome: 'answered' }]);
  }
}, 60_000);

test.concurrent('an answer that reaches its time limit is kept and marked as truncated', async () => {
  const prompt = 'an endless answer';
  setLongAnswer('*endless*', 2 * jobs.answerSeconds * 1000);

  const [job] = await holdfast.ended([await holdfast.submit(prompt)]);

  expect(job).toMatchObject({
    status: 'SUCCEEDED',
    truncated: true,
    result: { stopReason: 'time_limit' },
  });
  const whole = answerText(PRIMARY.at.model, prompt, ANSWER_TOKENS);
  const text = job?.result?.text ?? '';
  expect(whole.startsWith(text)).toBe(true);
  expect(text.length).toBeGreaterThan(whole.length / 4);
  expect(holdfast.bedrock.calls({ jobId: job?.jobId })).toMatchObject([{ outcome: 'abandoned' }]);
}, 60_000);

test.concurrent('a cancel ends a job within a renewal of its lease, and the model sees its caller leave', async () => {
  setLongAnswer('*unwanted*', jobs.answerSeconds * 1000);
  const jobId = await holdfast.submit('an unwanted answer');
  await begun(jobId);

  const cancelledMs = Date.now();
  const { status } = await holdfast.request(`/jobs/${jobId}`, { method: 'DELETE' });
  const [job] = await holdfast.ended([jobId]);

  expect(status).toBe(202);
  expect(job).toMatchObject({ status: 'CANCELLED' });
  const waitedMs = Date.parse(job?.completedAt ?? '') - cancelledMs;
  expect(waitedMs).toBeLessThan(leaseRenewalMs(breaker) + SLACK_MS);
  const [call, ...others] = await eventually('the caller to leave', () => {
    const calls = holdfast.bedrock.calls({ jobId });
    return calls[0]?.outcome === 'in-flight' ? undefined : calls;
  });
  expect(others).toEqual([]);
  expect(call?.outcome).toBe('abandoned');
  expect(call?.outputTokens).toBeLessThan(ANSWER_TOKENS);
}, 60_000);

test('a prompt that no model can answer ends as a dead letter, harms no other job, and can be redriven', async () => {
  const fault = holdfast.bedrock.setFault({ fault: 'model-error', prompt: '*unanswerable*' });
  const traffic = startTraffic(holdfast, 5);
  const jobId = await holdfast.submit('an unanswerable prompt');
  const job = await holdfast.reached(jobId, 'DEAD_LETTERED');
  const { targets } = await holdfast.health();
  const others = await holdfast.ended(await traffic.stop());
  const calls = holdfast.bedrock.calls({ jobId });
  const letters = await holdfast.deadLetters({ visible: true });
  holdfast.bedrock.clearFault(fault);
  const redriven = await eventually('the redrive', async () => {
    const { body } = await holdfast.asOperator<RedriveReport>('POST', '/admin/redrive', {});
    return body.moved > 0 ? body : undefined;
  });
  const [healed] = await holdfast.ended([jobId]);

  expect(job.error?.type).toBe('urn:holdfast:problem:no-answer');
  expect(letters).toMatchObject([{ reason: 'no-answer' }]);
  expect(calls.length).toBeGreaterThanOrEqual(jobs.failedCalls);
  expect(calls.length).toBeLessThanOrEqual(10);
  expect(targets.filter(({ circuit }) => circuit !== 'CLOSED')).toEqual([]);
  for (const each of others) expect(each).toMatchObject({ servedBy: PRIMARY.key });
  expect(redriven).toMatchObject({ moved: 1, left: 0 });
  expect(healed).toMatchObject({ status: 'SUCCEEDED' });
}, 60_000);

test('streams that break fall back to the next target, count as failures and open the circuit', async () => {
  const faults: readonly FaultRule['fault'][] = ['stream-error', 'stream-reset', 'stall'];
  const broken = faults.map((fault) =>
    holdfast.bedrock.setFault({ ...PRIMARY.at, fault, prompt: `*${fault}*` } as FaultRule),
  );
  const prompts = Array.from({ length: 12 }, (_, i) => `a ${faults[i % faults.length]} ${i}`);

  const jobIds = await sideBySide(prompts, (prompt) => holdfast.submit(prompt));
  const ended = await holdfast.ended(jobIds);
  await holdfast.circuitReached(PRIMARY, 'OPEN');
  for (const id of broken) holdfast.bedrock.clearFault(id);

  const attempts = ended.flatMap((job) => job.attempts);
  expect(attempts.filter(({ outcome }) => outcome === 'broken-stream').length).toBeGreaterThan(4);
  for (const { status, servedBy, jobId } of ended) {
    expect(status).toBe('SUCCEEDED');
    expect([SECONDARY.key, LAST_RESORT.key]).toContain(servedBy);
    expect(holdfast.bedrock.calls({ jobId, outcome: 'answered' })).toHaveLength(1);
  }
}, 60_000);

/** Makes the answers to some prompts long. They take `ms` to the last token. */
function setLongAnswer(prompt: string, ms: number): void {
  const factor = ms / ((ANSWER_TOKENS / LATENCY.tokensPerSecond) * 1000);
  holdfast.bedrock.setFault({ fault: 'long-answer', prompt, tokens: ANSWER_TOKENS });
  holdfast.bedrock.setFault({ fault: 'slow-tokens', prompt, factor });
}

/** Waits until the answer of a job streams. */
async function begun(jobId: string): Promise<void> {
  await eventually('the first token', () => holdfast.bedrock.calls({ jobId })[0]?.outputTokens);
}
