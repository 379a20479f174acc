import { afterAll, describe, expect, test } from '@jest/globals';
import { describeFinding, explore, type Tally } from './explore.ts';
import { PATHS } from './paths.ts';
import { printTallies } from './report.ts';
import { astray } from './whole-runs.ts';
import { wirePlatform } from './wire-platform.ts';

/** On a machine that does much else. */
const PATIENCE_MS = 300_000;

/** A twin of a message makes the same calls once more: that is for the pairs, which cost less. */
const ON_THE_WIRE = PATHS.filter(({ isDeliveredTwice }) => !isDeliveredTwice);

const tallies: Tally[] = [];
afterAll(() => printTallies('Every single call struck, through the real adapters', tallies));

describe('a job keeps every promise whichever call of an adapter is struck', () => {
  test.each(ON_THE_WIRE)(
    '$name',
    async (path) => {
      const exploration = { platform: wirePlatform, path, depth: 1 } as const;
      const tally = await explore(exploration);
      tallies.push(tally);

      expect(tally.findings.map(describeFinding)).toEqual([]);
      expect(tally.ended).toBe(tally.runs);
      expect(tally.mostExtraCalls).toBeLessThanOrEqual(1);
      expect(await astray(exploration, tally.sample)).toEqual([]);
    },
    PATIENCE_MS,
  );

  test('calls of every function to every service were among them', () => {
    const struck = tallies.flatMap((tally) => [...tally.struck]).sort();

    expect([...new Set(struck)]).toEqual([
      'operator: DynamoDB circuits GetItem',
      'operator: DynamoDB jobs GetItem',
      'operator: DynamoDB jobs UpdateItem',
      'operator: SQS DeleteMessage',
      'operator: SQS GetQueueAttributes',
      'operator: SQS ReceiveMessage',
      'operator: SQS SendMessage',
      'operator: SSM GetParameters',
      'request: DynamoDB jobs GetItem',
      'request: DynamoDB jobs PutItem',
      'request: DynamoDB jobs UpdateItem',
      'request: EventBridge PutEvents',
      'request: S3 PUT object',
      'request: SQS SendMessage',
      'request: SSM GetParameters',
      'sweeper: DynamoDB jobs GetItem',
      'sweeper: DynamoDB jobs Query',
      'sweeper: DynamoDB jobs UpdateItem',
      'sweeper: EventBridge PutEvents',
      'sweeper: SQS GetQueueAttributes',
      'sweeper: SQS SendMessage',
      'sweeper: SSM GetParameters',
      'worker: Bedrock Converse',
      'worker: DynamoDB circuits GetItem',
      'worker: DynamoDB circuits Query',
      'worker: DynamoDB circuits UpdateItem',
      'worker: DynamoDB jobs UpdateItem',
      'worker: EventBridge PutEvents',
      'worker: S3 GET object',
      'worker: S3 PUT object',
      'worker: SQS SendMessage',
      'worker: SSM GetParameters',
    ]);
  });
});
