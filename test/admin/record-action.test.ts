import { beforeEach, describe, expect, test } from '@jest/globals';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { recordAction } from '../../lambda/admin/record-action.ts';
import { PROBLEM } from '../../lambda/contract/problems.ts';
import type { OperatorAction } from '../../lambda/core/operator-log.ts';
import { json, problem } from '../../lambda/http/responses.ts';
import { type ApiEventOptions, anApiEvent } from '../support/api-event.ts';
import { START } from '../support/job-builders.ts';
import { recordingTelemetry } from '../support/recording-telemetry.ts';

const ADA = 'arn:aws:sts::123456789012:assumed-role/operators/ada';
const IDENTITY = {
  accessKey: 'ASIAEXAMPLE',
  sourceIp: '203.0.113.7',
  userAgent: 'awscurl',
} as APIGatewayProxyEvent['requestContext']['identity'];

let records: OperatorAction[];
let telemetry: ReturnType<typeof recordingTelemetry>;
let isDown: boolean;
beforeEach(() => {
  records = [];
  telemetry = recordingTelemetry();
  isDown = false;
});

async function record(options: ApiEventOptions, response: APIGatewayProxyResult) {
  const event = anApiEvent({ userArn: ADA, ...options });
  Object.assign(event.requestContext.identity, IDENTITY);
  const operatorLog = {
    write: async (action: OperatorAction) => {
      if (isDown) throw Object.assign(new Error('text of AWS'), { name: 'ThrottlingException' });
      records.push(action);
    },
  };
  const clock = { now: () => START };
  await recordAction({ operatorLog, clock, log: telemetry.log }, event, response);
}

const REDRIVE = { route: 'POST /admin/redrive', body: '{"limit":5}' };
const BY_ADA = {
  atMs: START,
  requestId: 'request-id',
  actor: ADA,
  accessKeyId: 'ASIAEXAMPLE',
  sourceIp: '203.0.113.7',
  userAgent: 'awscurl',
};

describe('the record of an action', () => {
  test('has the operator, the source, the key, the request and the result', async () => {
    await record(REDRIVE, json(200, { moved: 5 }));

    expect(records).toEqual([
      {
        ...BY_ADA,
        action: 'redrive',
        request: { limit: 5 },
        status: 200,
        result: { moved: 5 },
      },
    ]);
  });

  test.each([
    ['PUT /admin/overrides/{scope}/{key+}', 'override'],
    ['DELETE /admin/overrides/{scope}/{key+}', 'lift'],
  ])('of %s has the scope and the decoded key', async (route, action) => {
    const pathParameters = { scope: 'target', key: 'us-east-1%2Fmodel' };
    await record({ route, pathParameters }, json(200, {}));

    expect(records).toMatchObject([{ action, scope: 'target', key: 'us-east-1/model' }]);
  });

  test('is also made of a target that was enabled', async () => {
    const pathParameters = { key: 'us-east-1%2Fmodel' };
    await record({ route: 'DELETE /admin/disabled/{key+}', pathParameters }, json(200, {}));

    expect(records).toMatchObject([{ action: 'enable', key: 'us-east-1/model' }]);
  });

  test('of a refused action has the reason, but not the body, which may be anything', async () => {
    const refusal = problem(PROBLEM.invalidRequest, { requestId: 'request-id' });
    await record({ ...REDRIVE, body: '{"limit":"a secret"}' }, refusal);

    expect(records).toEqual([
      {
        ...BY_ADA,
        action: 'redrive',
        status: 400,
        result: { ...PROBLEM.invalidRequest, requestId: 'request-id' },
      },
    ]);
  });

  test('is made even of a path that cannot be decoded', async () => {
    const pathParameters = { scope: 'target', key: '%E0%A4' };
    const refusal = problem(PROBLEM.notFound, { requestId: 'request-id' });
    await record({ route: 'PUT /admin/overrides/{scope}/{key+}', pathParameters }, refusal);

    expect(records).toMatchObject([{ action: 'override', scope: 'target', status: 404 }]);
  });

  test.each(['GET /admin/health', 'GET /health'])('is not made of %s', async (route) => {
    await record({ route }, json(200, {}));

    expect(records).toEqual([]);
  });

  test('goes to the function’s own log if it cannot be written, without an error of AWS', async () => {
    isDown = true;
    await record(REDRIVE, json(200, { moved: 5 }));

    const [{ message, fields } = { message: '', fields: {} }] = telemetry.logged;
    expect(message).toBe('operator action not recorded');
    expect(fields.error).toBe('ThrottlingException');
    expect(JSON.parse(String(fields.record))).toMatchObject({ ...BY_ADA, result: { moved: 5 } });
    expect(JSON.stringify(telemetry.logged)).not.toContain('text of AWS');
  });
});
