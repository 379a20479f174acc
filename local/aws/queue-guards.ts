import { z } from 'zod';
import type { AccessControl } from '../iam.ts';
import { ACCOUNT, REGION } from '../resources.ts';
import type { Fauxqs } from './fauxqs.ts';

/** Adds the rules of SQS that fauxqs lacks: IAM permissions, and the limits of delays and groups. */
export function guardQueues(app: Fauxqs, { authorize }: AccessControl): void {
  app.addHook('preHandler', async (request, reply) => {
    const operation = sqsOperation(request.headers['x-amz-target']);
    if (!operation) return;
    const { QueueUrl, ...body } = sqsRequest.parse(request.body ?? {});
    const queue = QueueUrl ? QueueUrl.split('/').at(-1) : '*';
    const denial = authorize(
      request.headers,
      `sqs:${operation.replace(/Batch$/, '')}`,
      `arn:aws:sqs:${REGION}:${ACCOUNT}:${queue}`,
    );
    const fault = denial
      ? { code: 'AccessDenied', message: denial }
      : (wrongDelay(body) ?? wrongGroup(body));
    if (!fault) return;
    await reply
      .code(denial ? 403 : 400)
      .header('content-type', 'application/x-amz-json-1.0')
      .header('x-amzn-query-error', `${fault.code};Sender`)
      .send(JSON.stringify({ __type: `com.amazonaws.sqs#${fault.code}`, message: fault.message }));
  });
}

const message = z.looseObject({
  DelaySeconds: z.number().optional(),
  MessageGroupId: z.string().optional(),
});
const sqsRequest = message.extend({
  QueueUrl: z.string().optional(),
  Entries: z.array(message).optional(),
});

function sqsOperation(target: string | string[] | undefined): string | undefined {
  const [service, operation] = String(target ?? '').split('.');
  return service === 'AmazonSQS' ? operation : undefined;
}

/** Letters, digits and punctuation of ASCII. */
const GROUP = /^[!-~]{1,128}$/;

/** Returns the error for a group that SQS refuses, also in a standard queue (fair queues). */
function wrongGroup({ MessageGroupId, Entries = [] }: z.infer<typeof sqsRequest>) {
  const groups = [MessageGroupId, ...Entries.map((entry) => entry.MessageGroupId)];
  const wrong = groups.find((group) => group !== undefined && !GROUP.test(group));
  if (wrong === undefined) return undefined;
  return {
    code: 'InvalidParameterValue',
    message: `Value ${wrong} for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
  };
}

/** Returns the error for a delay above SQS's limit of 900 s, which deferrals must respect. */
function wrongDelay({ DelaySeconds, Entries = [] }: z.infer<typeof sqsRequest>) {
  const delays = [DelaySeconds, ...Entries.map((entry) => entry.DelaySeconds)];
  const wrong = delays.find((delay) => delay !== undefined && !(delay >= 0 && delay <= 900));
  if (wrong === undefined) return undefined;
  return {
    code: 'InvalidParameterValue',
    message: `Value ${wrong} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.`,
  };
}
