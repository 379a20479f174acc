import { seededRandom } from '../../local/bedrock/seeded-random.ts';
import { modelClientSuite, SUITE_LATENCY } from '../suites/model-client.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { SimulatedBedrock } from './simulated-bedrock.ts';

modelClientSuite('the simulation', async () => {
  const clock = new FakeClock();
  const client = new SimulatedBedrock(clock, seededRandom(1), { latency: SUITE_LATENCY });
  return {
    client,
    clock,
    setFault: (rule) => void client.faults.set(rule),
    calls: () => client.log.calls(),
    finish: async (call) => {
      await clock.advance(60_000);
      return call;
    },
    stop: async () => undefined,
  };
});
