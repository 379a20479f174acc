import {
  BedrockClient,
  GetFoundationModelCommand,
  GetInferenceProfileCommand,
} from '@aws-sdk/client-bedrock';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  type FakeBedrock,
  type FakeBedrockOptions,
  startFakeBedrock,
} from '../../../local/bedrock/fake-bedrock.ts';
import type { Authorize } from '../../../local/iam.ts';

const ENDED = 'anthropic.claude-3-sonnet-20240229-v1:0';
const NOW = Date.parse('2026-11-23T12:00:00Z');

let bedrock: FakeBedrock;
afterEach(() => bedrock.stop());

async function aClient(authorize?: Authorize, now = NOW, options: FakeBedrockOptions = {}) {
  bedrock = await startFakeBedrock({ now: () => now, authorize, ...options });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return new BedrockClient({
    endpoint: bedrock.url,
    region: 'eu-west-1',
    credentials,
    maxAttempts: 1,
  });
}

const model = (modelIdentifier: string) => new GetFoundationModelCommand({ modelIdentifier });
const profile = (inferenceProfileIdentifier: string) =>
  new GetInferenceProfileCommand({ inferenceProfileIdentifier });

test('a throttled control plane refuses a read, and the next one may succeed', async () => {
  const throttles = [true, false];
  const client = await aClient(undefined, NOW, {
    throttlesControlPlane: () => throttles.shift() ?? false,
  });

  await expect(client.send(model('any.model'))).rejects.toMatchObject({
    name: 'ThrottlingException',
  });
  await expect(client.send(model('any.model'))).resolves.toBeDefined();
});

describe('GetFoundationModel', () => {
  test('finds any model; it is ACTIVE unless its end of life is known and near', async () => {
    const client = await aClient();

    expect((await client.send(model('any.model'))).modelDetails).toMatchObject({
      modelArn: 'arn:aws:bedrock:eu-west-1::foundation-model/any.model',
      modelLifecycle: { status: 'ACTIVE' },
    });
    expect((await client.send(model(ENDED))).modelDetails?.modelLifecycle).toMatchObject({
      status: 'LEGACY',
      endOfLifeTime: new Date('2026-07-30T00:00:00Z'),
    });
  });

  test('reports ACTIVE until half a year before the end of life', async () => {
    const client = await aClient(undefined, Date.parse('2026-01-01T00:00:00Z'));

    const { modelDetails } = await client.send(model(ENDED));

    expect(modelDetails?.modelLifecycle?.status).toBe('ACTIVE');
  });

  test('refuses the id of a profile', async () => {
    const client = await aClient();

    await expect(client.send(model('eu.any.model'))).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });
});

describe('GetInferenceProfile', () => {
  test('finds the profile of any model', async () => {
    const client = await aClient();

    expect(await client.send(profile(`eu.${ENDED}`))).toMatchObject({
      status: 'ACTIVE',
      models: [{ modelArn: `arn:aws:bedrock:eu-west-1::foundation-model/${ENDED}` }],
    });
  });

  test('refuses the id of a model', async () => {
    const client = await aClient();

    await expect(client.send(profile(ENDED))).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });
});

test('both check the permission to read this model or profile', async () => {
  const checked: string[] = [];
  const client = await aClient((_headers, action, resource) => {
    checked.push(`${action} ${resource}`);
    return 'denied';
  });

  const denied = { name: 'AccessDeniedException', message: 'denied' };
  await expect(client.send(model(ENDED))).rejects.toMatchObject(denied);
  await expect(client.send(profile(`eu.${ENDED}`))).rejects.toMatchObject(denied);
  expect(checked).toEqual([
    `bedrock:GetFoundationModel arn:aws:bedrock:eu-west-1::foundation-model/${ENDED}`,
    `bedrock:GetInferenceProfile arn:aws:bedrock:eu-west-1:000000000000:inference-profile/eu.${ENDED}`,
  ]);
});
