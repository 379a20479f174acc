import { BedrockModelClient } from '../../lambda/aws/bedrock-model-client.ts';
import { systemClock } from '../../lambda/aws/system-clock.ts';
import { startFakeBedrock } from '../../local/bedrock/fake-bedrock.ts';
import { modelClientSuite, SUITE_LATENCY } from '../suites/model-client.ts';
import { useBedrockAt } from '../support/bedrock-endpoint.ts';
import '../support/errors-of-one-realm.ts';

modelClientSuite('Bedrock', async () => {
  const bedrock = await startFakeBedrock({ latency: SUITE_LATENCY });
  useBedrockAt(bedrock.url);
  const client = new BedrockModelClient({ clock: systemClock });
  return {
    client,
    clock: systemClock,
    setFault: (rule) => void bedrock.setFault(rule),
    calls: () => bedrock.calls(),
    finish: (call) => call,
    stop: async () => {
      client.destroy();
      await bedrock.stop();
    },
  };
});
