import {
  GetParameterCommand,
  GetParameterHistoryCommand,
  GetParametersCommand,
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
      Action: ['ssm:GetParameter', 'ssm:GetParameters'],
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

test('several parameters are read at once, and the missing ones are listed separately', async () => {
  const answer = await services.operator.ssm.send(
    new GetParametersCommand({ Names: [Name, 'Absent'] }),
  );

  expect(answer.Parameters).toMatchObject([{ Name }]);
  expect(answer.Parameters?.[0]?.LastModifiedDate).toBeInstanceOf(Date);
  expect(answer.InvalidParameters).toEqual(['Absent']);
});

test('a function may read several parameters only if it may read each of them', async () => {
  const names = (...Names: string[]) =>
    services.worker.ssm.send(new GetParametersCommand({ Names }));

  expect((await names(Name)).Parameters).toHaveLength(1);
  await expect(names(Name, 'Other')).rejects.toMatchObject({ name: 'AccessDeniedException' });
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
