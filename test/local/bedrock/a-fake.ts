import { afterEach } from '@jest/globals';
import {
  type FakeBedrock,
  type FakeBedrockOptions,
  startFakeBedrock,
} from '../../../local/bedrock/fake-bedrock.ts';

let running: FakeBedrock | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

/** Starts a fake Bedrock for one test. It stops after the test. */
export async function aFake(options: FakeBedrockOptions = {}): Promise<FakeBedrock> {
  running = await startFakeBedrock(options);
  return running;
}
