import {
  GetParameterCommand,
  GetParameterHistoryCommand,
  type ParameterTier,
  PutParameterCommand,
} from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startServices } from '../support/services.ts';

const Name = 'Holdfast-Settings';
let services: Awaited<ReturnType<typeof startServices>>;
beforeAll(async () => {
  services = await startServices(
    { Settings: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: '{}' } } },
    {
      Effect: 'Allow',
      Action: 'ssm:GetParameter',
      Resource: {
        'Fn::Join': ['', ['arn:aws:ssm:us-east-1:000000000000:parameter/', { Ref: 'Settings' }]],
      },
    },
  );
});
afterAll(() => services.stop());

test('a parameter is read, edited while the stack runs, and read again', async () => {
  const first = await services.worker.ssm.send(new GetParameterCommand({ Name }));
  await services.operator.ssm.send(new PutParameterCommand({ Name, Value: 'x', Overwrite: true }));
  const second = await services.worker.ssm.send(new GetParameterCommand({ Name }));

  expect(first.Parameter).toMatchObject({ Name, Value: '{}', Version: 1 });
  expect(second.Parameter).toMatchObject({ Name, Value: 'x', Version: 2 });
});

test('the history of a parameter lists all its values', async () => {
  const put = (Value: string) =>
    services.operator.ssm.send(new PutParameterCommand({ Name: 'Edited', Value, Overwrite: true }));
  await put('first');
  await put('second');

  const { Parameters } = await services.operator.ssm.send(
    new GetParameterHistoryCommand({ Name: 'Edited' }),
  );

  expect(Parameters).toMatchObject([
    { Value: 'first', Version: 1 },
    { Value: 'second', Version: 2 },
  ]);
});

test.each([
  ['Standard', 4097, 'standard tier'],
  [undefined, 4097, 'standard tier'],
  ['Intelligent-Tiering', 8193, '8192'],
] as const)('with the tier %s, a value of %d bytes is refused', async (Tier, bytes, message) => {
  const put = new PutParameterCommand({ Name: 'Large', Value: 'x'.repeat(bytes), Tier });

  await expect(services.operator.ssm.send(put)).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining(message),
  });
});

test('a parameter that was advanced stays advanced', async () => {
  const put = (bytes: number, Tier: ParameterTier) =>
    services.operator.ssm.send(
      new PutParameterCommand({ Name: 'Grown', Value: 'x'.repeat(bytes), Tier, Overwrite: true }),
    );

  expect((await put(10, 'Intelligent-Tiering')).Tier).toBe('Standard');
  expect((await put(5000, 'Intelligent-Tiering')).Tier).toBe('Advanced');
  expect((await put(10, 'Intelligent-Tiering')).Tier).toBe('Advanced');
  await expect(put(10, 'Standard')).rejects.toMatchObject({ name: 'ValidationException' });
});

test('a function may not edit a parameter', async () => {
  const edit = new PutParameterCommand({ Name, Value: 'x', Overwrite: true });

  await expect(services.worker.ssm.send(edit)).rejects.toMatchObject({
    name: 'AccessDeniedException',
  });
});

test('a value is not replaced without Overwrite', async () => {
  await expect(
    services.operator.ssm.send(new PutParameterCommand({ Name, Value: 'x' })),
  ).rejects.toMatchObject({ name: 'ParameterAlreadyExists' });
});

test('reading a missing parameter fails with its name', async () => {
  const get = new GetParameterCommand({ Name: 'Absent' });

  await expect(services.operator.ssm.send(get)).rejects.toMatchObject({
    name: 'ParameterNotFound',
    message: 'parameter Absent does not exist',
  });
});
