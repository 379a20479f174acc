import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { BedrockCatalogue } from '../../lambda/aws/bedrock-catalogue.ts';
import { type FakeBedrock, startFakeBedrock } from '../../local/bedrock/fake-bedrock.ts';
import { type AwsService, type ServiceResponse, serveAwsService } from '../support/aws-service.ts';
import '../support/errors-of-one-realm.ts';

const MODEL = { region: 'us-east-1', modelId: 'anthropic.claude-sonnet-4-6' };
const PROFILE = { region: 'us-west-2', modelId: 'us.anthropic.claude-sonnet-4-6' };
const ENDED = { region: 'us-east-1', modelId: 'us.anthropic.claude-3-sonnet-20240229-v1:0' };
const ACTIVE = { outcome: 'found', status: 'ACTIVE', isProfileActive: true };

beforeAll(() => {
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
});

describe('the catalogue of the fake Bedrock', () => {
  let bedrock: FakeBedrock;
  beforeAll(async () => {
    bedrock = await startFakeBedrock({ now: () => Date.parse('2026-11-23T12:00:00Z') });
    process.env.AWS_ENDPOINT_URL_BEDROCK = bedrock.url;
  });
  afterAll(() => bedrock.stop());

  test('has a model, a profile and an ARN', async () => {
    const catalogue = new BedrockCatalogue();
    const arn = `arn:aws:bedrock:us-west-2:123456789012:inference-profile/${PROFILE.modelId}`;

    expect(await catalogue.read(MODEL)).toEqual(ACTIVE);
    expect(await catalogue.read(PROFILE)).toEqual(ACTIVE);
    expect(await catalogue.read({ region: 'us-west-2', modelId: arn })).toEqual(ACTIVE);
  });

  test('gives the end of life of the model behind a profile', async () => {
    expect(await new BedrockCatalogue().read(ENDED)).toEqual({
      outcome: 'found',
      status: 'LEGACY',
      isProfileActive: true,
      legacyMs: expect.any(Number),
      endOfLifeMs: Date.parse('2026-07-30T00:00:00Z'),
    });
  });

  test('has no profile of a geography that does not exist', async () => {
    const target = { region: 'us-east-1', modelId: 'abc', model: MODEL.modelId };

    expect(await new BedrockCatalogue().read(target)).toEqual({ outcome: 'not-found' });
  });
});

describe('a response of the control plane', () => {
  let service: AwsService;
  let answers: ServiceResponse[] = [];
  beforeAll(async () => {
    service = await serveAwsService(() => answers.shift() ?? error('TooManyRequests', 500));
    process.env.AWS_ENDPOINT_URL_BEDROCK = service.config.endpoint;
  });
  afterAll(() => service.close());
  beforeEach(() => {
    answers = [];
  });

  const error = (__type: string, status: number) => ({ status, body: { __type, message: 'm' } });
  const ok = (body: object) => ({ status: 200, body });

  test.each([
    ['ResourceNotFoundException', 404, 'not-found'],
    ['ValidationException', 400, 'not-found'],
    ['AccessDeniedException', 403, 'no-access'],
  ])('%s becomes an entry, not an exception', async (name, status, outcome) => {
    answers = [error(name, status)];

    expect(await new BedrockCatalogue().read(MODEL)).toEqual({ outcome });
  });

  test('a service fault becomes an exception', async () => {
    answers = Array.from({ length: 3 }, () => error('InternalServerException', 500));

    await expect(new BedrockCatalogue().read(MODEL)).rejects.toThrow();
  });

  test('a profile is found even if its own region lacks the model: only its destinations need it', async () => {
    answers = [ok({ status: 'ACTIVE' }), error('ResourceNotFoundException', 404)];

    expect(await new BedrockCatalogue().read(PROFILE)).toEqual(ACTIVE);
  });

  test('a profile in another state than ACTIVE takes no calls', async () => {
    answers = [ok({ status: 'CREATING' }), ok({ modelDetails: {} })];

    expect(await new BedrockCatalogue().read(PROFILE)).toEqual({
      ...ACTIVE,
      isProfileActive: false,
    });
  });

  test('a readable profile with an unreadable model counts as no access', async () => {
    answers = [ok({ status: 'ACTIVE' }), error('AccessDeniedException', 403)];

    expect(await new BedrockCatalogue().read(PROFILE)).toEqual({ outcome: 'no-access' });
  });

  test('the dates of a lifecycle become times', async () => {
    const dates = { legacyTime: '2026-10-01T00:00:00Z', endOfLifeTime: '2027-01-01T00:00:00Z' };
    answers = [ok({ modelDetails: { modelLifecycle: { status: 'LEGACY', ...dates } } })];

    expect(await new BedrockCatalogue().read(MODEL)).toMatchObject({
      status: 'LEGACY',
      legacyMs: Date.parse(dates.legacyTime),
      endOfLifeMs: Date.parse(dates.endOfLifeTime),
    });
  });
});
