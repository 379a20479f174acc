/**
 * Runs inside a sandbox process: loads the function's bundle and speaks the Lambda Runtime API, as
 * AWS's own runtime client does. It imports nothing but Node, as the bundle's world is all a
 * function sees.
 */
import { existsSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const environment = process.env;
const [host, port] = environment.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

// The other end is held by the main process: however that ends, this ends with it.
process.stdin.on('end', () => process.exit(0)).resume();

const handler = await loadHandler().catch(async (error) => {
  await call('POST', '/init/error', describe(error));
  process.exit(1);
});

for (;;) {
  const { headers, body } = await call('GET', '/invocation/next');
  const requestId = headers['lambda-runtime-aws-request-id'];
  environment._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'];
  try {
    const result = await handler(JSON.parse(body), contextOf(headers));
    await call('POST', `/invocation/${requestId}/response`, JSON.stringify(result ?? null));
  } catch (error) {
    await call('POST', `/invocation/${requestId}/error`, describe(error));
  }
}

async function loadHandler() {
  const [file, name] = environment._HANDLER.split('.');
  const base = join(environment.LAMBDA_TASK_ROOT, file);
  const path = ['.mjs', '.js', '.cjs'].map((extension) => base + extension).find(existsSync);
  if (!path) throw named('Runtime.ImportModuleError', `cannot find module ${file}`);
  const module = await import(pathToFileURL(path).href);
  const found = module[name] ?? module.default?.[name];
  if (typeof found === 'function') return found;
  throw named('Runtime.HandlerNotFound', `${environment._HANDLER} is not an exported function`);
}

function contextOf(headers) {
  const deadlineMs = Number(headers['lambda-runtime-deadline-ms']);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
}

/** The runtime API of this sandbox; when it does not answer, the main process is gone. */
function call(method, path, body) {
  return new Promise((resolve) => {
    const options = { host, port, method, path: `/2018-06-01/runtime${path}`, agent };
    const outgoing = request(options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ headers: response.headers, body: text }));
    });
    outgoing.on('error', () => process.exit(1));
    outgoing.end(body);
  });
}

function describe(error) {
  return JSON.stringify({
    errorType: error?.name ?? 'Error',
    errorMessage: error?.message ?? String(error),
    trace: String(error?.stack ?? '').split('\n'),
  });
}

function named(name, message) {
  return Object.assign(new Error(message), { name });
}
