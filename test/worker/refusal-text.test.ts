import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { BedrockModelClient } from '../../lambda/aws/bedrock-model-client.ts';
import { systemClock } from '../../lambda/aws/system-clock.ts';
import { userMessage } from '../../lambda/contract/conversation.ts';
import { encodeMessage } from '../../lambda/contract/schemas/message.ts';
import { NO_QUOTAS } from '../../lambda/core/admission/quotas.ts';
import { DisabledTargets } from '../../lambda/core/router/disabled-targets.ts';
import { createRouter } from '../../lambda/core/router/router.ts';
import { tracedModels, tracedRouter } from '../../lambda/core/router/traced.ts';
import { work } from '../../lambda/worker/work.ts';
import { type FakeBedrock, startFakeBedrock } from '../../local/bedrock/fake-bedrock.ts';
import { useBedrockAt } from '../support/bedrock-endpoint.ts';
import '../support/errors-of-one-realm.ts';
import { FakeCircuitGate } from '../support/fake-circuit-gate.ts';
import { aJob, JOB_ID } from '../support/job-builders.ts';
import { aWorld, rowOf } from '../support/job-world.ts';
import { memoryDisabledTargets } from '../support/memory-disabled-targets.ts';
import { RecordingTrace } from '../support/recording-trace.ts';
import { aChain, EAST_SONNET, WEST_SONNET } from '../support/router-builders.ts';

const CANARY = 'canary';

let bedrock: FakeBedrock;
beforeAll(async () => {
  bedrock = await startFakeBedrock();
  useBedrockAt(bedrock.url);
});
beforeEach(() => bedrock.clearFaults());
afterAll(() => bedrock.stop());

/** Lets every model refuse every prompt with a text that quotes it. */
function refuseAll(exception = 'ValidationException'): void {
  bedrock.setFault({
    fault: 'reply',
    status: 400,
    headers: { 'x-amzn-errortype': exception },
    body: JSON.stringify({ message: `Malformed: ${CANARY}`, extra: CANARY }),
  });
}

/** Returns a worker whose router, model client and traces are the real ones. */
function aWorker() {
  const settings = aChain();
  const world = aWorld({ settings });
  const { log, metrics } = world;
  // The calls go over a real connection, so they take real time.
  const clock = systemClock;
  const circuits = new FakeCircuitGate();
  const trace = new RecordingTrace();
  const models = new BedrockModelClient({ clock });
  const disabledTargets = new DisabledTargets({
    ...{ store: memoryDisabledTargets(), policy: () => settings.breaker, clock, log },
  });
  const router = createRouter({
    quotas: NO_QUOTAS,
    ...{ settings: () => settings, circuits, disabledTargets },
    ...{ models: tracedModels(models, trace), clock, log, metrics },
  });
  const job = aJob({ deadlineAt: clock.now() + 86_400_000 });
  world.jobs.rows.set(JOB_ID, job);
  const run = async () => {
    const messages = [userMessage(CANARY)];
    await world.results.putPrompt(job, { messages });
    const dependencies = { ...world, clock, router: tracedRouter(router, trace) };
    const invocation = { settings, endsAtMs: clock.now() + 870_000 };
    await work(dependencies, invocation, encodeMessage(job));
  };
  /** Everything that the run wrote, except for the objects in the result store. */
  const traces = () => {
    const { counts, logged, bus, queue, jobs } = world;
    const rows = [...jobs.rows.values()];
    return { counts, logged, bus, queue, rows, spans: trace.spans, circuits };
  };
  return { world, circuits, run, traces };
}

test('the text of a refusal is stored beside the result, and nowhere else', async () => {
  refuseAll();
  const { world, run, traces } = aWorker();

  await run();

  const { status, claimToken = '', error } = rowOf(world, JOB_ID);
  expect({ status, error }).toMatchObject({ status: 'FAILED', error: { hasDetail: true } });
  const detail = await world.results.getErrorDetail({ jobId: JOB_ID, claimToken });
  expect(detail).toBe(`Malformed: ${CANARY}`);
  const { logged, spans, bus } = traces();
  expect([logged.length > 0, spans.length > 0, bus.events.length]).toEqual([true, true, 1]);
  expect(JSON.stringify(traces())).not.toContain(CANARY);
});

test('the text of a refusal that does not end the job is stored nowhere', async () => {
  refuseAll();
  const { world, circuits, run, traces } = aWorker();
  circuits.reject(EAST_SONNET);
  circuits.reject(WEST_SONNET);

  await run();

  const row = rowOf(world, JOB_ID);
  expect(row.status).toBe('DEFERRED');
  expect(row.refusedTargets).toHaveLength(2);
  expect(JSON.stringify([traces(), [...world.results.errorDetails]])).not.toContain(CANARY);
});

test.each(['AccessDeniedException', 'ThrottlingException', 'ModelErrorException'])(
  'the text of any other error is stored nowhere: %s',
  async (exception) => {
    refuseAll(exception);
    const { world, run, traces } = aWorker();

    await run();

    expect(rowOf(world, JOB_ID).status).toBe('DEFERRED');
    expect(JSON.stringify([traces(), [...world.results.errorDetails]])).not.toContain(CANARY);
  },
);
