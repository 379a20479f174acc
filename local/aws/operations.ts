import type { IncomingMessage } from 'node:http';

/**
 * The operations that the functions, the commands in docs/ and the doctor use. All others are refused: the
 * emulators also have operations that no policy covers, and routes of their own.
 */
const OPERATIONS: Readonly<Record<string, ReadonlySet<string>>> = {
  DynamoDB_20120810: new Set([
    'DescribeTable',
    'GetItem',
    'ListTables',
    'PutItem',
    'Query',
    'Scan',
    'UpdateItem',
  ]),
  AmazonSSM: new Set(['GetParameter', 'GetParameterHistory', 'PutParameter']),
  AWSEvents: new Set(['PutEvents']),
  Logs_20140328: new Set(['PutLogEvents']),
  AmazonSQS: new Set([
    'ChangeMessageVisibilityBatch',
    'DeleteMessage',
    'GetQueueAttributes',
    'ReceiveMessage',
    'SendMessage',
    'SendMessageBatch',
    'SetQueueAttributes',
  ]),
};

/** The parameters of a request for an object, and of one that lists a bucket. */
const OBJECT_PARAMETER = /^(x-id|x-amz-.+|response-.+)$/i;
const LIST_PARAMETER =
  /^(x-id|list-type|prefix|delimiter|max-keys|start-after|continuation-token|encoding-type)$/;

/** A bucket's name begins with a letter or a digit. The emulator's own routes do not. */
const BUCKET = /^[a-z0-9][a-z0-9.-]{2,}$/;
const BUCKET_PATH = /^\/[a-z0-9][a-z0-9.-]{2,}\/?$/;

/** Returns true for an operation of a service that names it in a header: `AmazonSQS.SendMessage`. */
export function isOperation({ method, url, headers }: IncomingMessage): boolean {
  const [service = '', operation = ''] = String(headers['x-amz-target'] ?? '').split('.');
  return method === 'POST' && url === '/' && OPERATIONS[service]?.has(operation) === true;
}

/** Returns true for a form with a file that is posted to a bucket. Its fields hold its signature. */
export function isFormPost({ method, url = '', headers }: IncomingMessage): boolean {
  const isForm = headers['content-type']?.toLowerCase().startsWith('multipart/form-data') === true;
  return method === 'POST' && isForm && BUCKET_PATH.test(url);
}

/**
 * Returns true for a request that reads, writes, copies or deletes an object, posts a form with a file,
 * or lists a bucket.
 */
export function isS3Request(request: IncomingMessage): boolean {
  const { method = '', url = '' } = request;
  if (isFormPost(request)) return true;
  const parsed = URL.parse(`http://local${url}`);
  if (!parsed) return false;
  const { pathname, searchParams } = parsed;
  const [, bucket = '', ...key] = pathname.split('/');
  if (!BUCKET.test(bucket)) return false;
  const isObject = key.join('') !== '';
  const methods = isObject ? ['DELETE', 'GET', 'HEAD', 'PUT'] : ['GET'];
  const allowed = isObject ? OBJECT_PARAMETER : LIST_PARAMETER;
  return methods.includes(method) && [...searchParams.keys()].every((name) => allowed.test(name));
}
