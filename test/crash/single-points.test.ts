import { afterAll, describe, expect, test } from '@jest/globals';
import { describeFinding, explore, type Tally } from './explore.ts';
import { PATHS } from './paths.ts';
import type { Platform } from './platform.ts';
import { differingReplays } from './replay.ts';
import { printTallies } from './report.ts';
import { wirePlatform } from './wire-platform.ts';

/** CI tries all faults. By default, a call succeeds without an answer; the pairs also kill processes. */
const PLATFORM: Platform = process.env.ALL_FAULTS
  ? wirePlatform
  : { ...wirePlatform, faults: ['response-lost'] };

/** The time limit of a test, long enough for a busy machine. */
const TIMEOUT_MS = 300_000;
/** More findings would not help to find the cause. */
const MOST_FINDINGS = 20;

const tallies: Tally[] = [];
afterAll(() => printTallies('One fault at every call, through the real adapters', tallies));

describe('every promise holds with one fault at any call of an adapter', () => {
  test.each(PATHS)(
    '$name',
    async (path) => {
      const exploration = { platform: PLATFORM, path, depth: 1 } as const;
      const tally = await explore({ ...exploration, mostFindings: MOST_FINDINGS });
      tallies.push(tally);

      expect(tally.findings.map(describeFinding)).toEqual([]);
      expect(tally.ended).toBe(tally.runs);
      expect(tally.mostExtraCalls).toBeLessThanOrEqual(1);
      expect(await differingReplays(exploration, tally.sample)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test('the faults hit every kind of call that the functions make', () => {
    const hit = tallies.flatMap((tally) => [...tally.hit]).sort();

    expect([...new Set(hit)]).toEqual([
      'operator: DynamoDB circuits GetItem',
      'operator: DynamoDB jobs GetItem',
      'operator: DynamoDB jobs UpdateItem',
      'operator: SQS DeleteMessage',
      'operator: SQS GetQueueAttributes',
      'operator: SQS ReceiveMessage',
      'operator: SQS SendMessage',
      'operator: SSM GetParameter',
      'request: DynamoDB jobs GetItem',
      'request: DynamoDB jobs PutItem',
      'request: DynamoDB jobs UpdateItem',
      'request: EventBridge PutEvents',
      'request: S3 GET object',
      'request: S3 PUT object',
      'request: SQS SendMessage',
      'request: SSM GetParameter',
      'sweeper: DynamoDB jobs GetItem',
      'sweeper: DynamoDB jobs Query',
      'sweeper: DynamoDB jobs UpdateItem',
      'sweeper: EventBridge PutEvents',
      'sweeper: SQS GetQueueAttributes',
      'sweeper: SQS SendMessage',
      'sweeper: SSM GetParameter',
      'worker: Bedrock ConverseStream',
      'worker: Bedrock token',
      'worker: DynamoDB circuits GetItem',
      'worker: DynamoDB circuits Query',
      'worker: DynamoDB circuits UpdateItem',
      'worker: DynamoDB jobs UpdateItem',
      'worker: EventBridge PutEvents',
      'worker: S3 GET object',
      'worker: S3 PUT object',
      'worker: SQS SendMessage',
      'worker: SSM GetParameter',
    ]);
  });
});
