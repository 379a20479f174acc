import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { readStack } from '../../local/stack.ts';
import { anAssembly } from './support/assembly.ts';

const addresses = { sqs: 'http://127.0.0.1:1' };
const anything = z.looseObject({});

test('a resource type that is neither emulated nor inert stops the start and is named', () => {
  const dir = anAssembly({ resources: { Feed: { Type: 'AWS::Kinesis::Stream' } } });

  expect(() => readStack(dir, addresses)).toThrow(
    'resource type not emulated: AWS::Kinesis::Stream (Feed)',
  );
});

test('resources may refer to each other in any order', () => {
  const dir = anAssembly({
    resources: {
      Jobs11111111: {
        Type: 'AWS::SQS::Queue',
        Properties: { RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] } } },
      },
      Dead: { Type: 'AWS::SQS::Queue' },
    },
  });

  const [jobs] = readStack(dir, addresses).resources('AWS::SQS::Queue', anything);

  expect(jobs).toMatchObject({
    logicalId: 'Jobs11111111',
    ref: 'http://127.0.0.1:1/000000000000/Holdfast-Jobs',
    properties: {
      RedrivePolicy: { deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:Holdfast-Dead' },
    },
  });
});

test('resources whose ids differ only in the hash keep it in their names', () => {
  const table = { Type: 'AWS::DynamoDB::Table' };
  const dir = anAssembly({ resources: { JobsAAAAAAAA: table, JobsBBBBBBBB: table } });

  const names = readStack(dir, addresses).resources('AWS::DynamoDB::Table', anything);

  expect(names.map(({ ref }) => ref)).toEqual(['Holdfast-JobsAAAAAAAA', 'Holdfast-JobsBBBBBBBB']);
});

test('a property that cannot be emulated stops the start and is named with its resource', () => {
  const dir = anAssembly({
    resources: { Jobs: { Type: 'AWS::SQS::Queue', Properties: { Fifo: true } } },
  });
  const schema = z.looseObject({ Fifo: z.undefined({ error: 'FIFO queues are not emulated' }) });

  expect(() => readStack(dir, addresses).resources('AWS::SQS::Queue', schema)).toThrow(
    /AWS::SQS::Queue Jobs cannot be emulated: .*FIFO queues are not emulated/s,
  );
});

test('outputs are resolved', () => {
  const dir = anAssembly({ outputs: { Where: { Value: { Ref: 'AWS::Region' } } } });

  expect(readStack(dir, addresses).outputs()).toEqual({ Where: 'us-east-1' });
});

test('warnings of the synth are shown without the id that acknowledges them', () => {
  const message = 'us-east-1/m: the model reached its end of life on 2026-07-30';
  const dir = anAssembly({ warnings: [`${message} [ack: holdfast:model-end-of-life]`] });

  expect(readStack(dir, addresses).warnings).toEqual([message]);
});
