import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { BedrockModelClient } from '../../lambda/aws/bedrock-model-client.ts';
import { systemClock } from '../../lambda/aws/system-clock.ts';
import { type FakeBedrock, startFakeBedrock } from '../../local/bedrock/fake-bedrock.ts';
import { useBedrockAt } from '../support/bedrock-endpoint.ts';
import '../support/errors-of-one-realm.ts';

/** A fake Bedrock and a client of it, which exist while the tests of the surrounding block run. */
export interface FakeModels {
  bedrock: FakeBedrock;
  models: BedrockModelClient;
}

/** Call it inside a `describe`. Each test begins without faults. */
export function useFakeModels(): FakeModels {
  const fake = {} as FakeModels;
  beforeAll(async () => {
    fake.bedrock = await startFakeBedrock();
    useBedrockAt(fake.bedrock.url);
    fake.models = new BedrockModelClient({ clock: systemClock });
  });
  afterEach(() => fake.bedrock.clearFaults());
  afterAll(async () => {
    fake.models.destroy();
    await fake.bedrock.stop();
  });
  return fake;
}
