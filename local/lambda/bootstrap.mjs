/**
 * Runs in a sandbox process. It loads the function's bundle and runs one invocation at a time, like
 * the runtime client of AWS. It imports only Node modules, because a function must see only its
 * bundle. It exchanges IPC messages with the main process: they cost a fraction of HTTP requests.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const environment = process.env;
const send = process.send.bind(process);

// If the main process ends, for whatever reason, this process ends too.
process.on('disconnect', () => process.exit(0));

let handler;
try {
  handler = await loadHandler();
} catch (error) {
  send({ kind: 'init-error', payload: describe(error) }, () => process.exit(1));
}

process.on('message', async (invocation) => {
  const { requestId, event, traceId } = invocation;
  environment._X_AMZN_TRACE_ID = traceId;
  try {
    const result = await handler(JSON.parse(event), contextOf(invocation));
    send({ kind: 'response', requestId, payload: JSON.stringify(result ?? null) });
  } catch (error) {
    send({ kind: 'error', requestId, payload: describe(error) });
  }
});
if (handler) send({ kind: 'ready' });

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

function contextOf({ requestId, deadlineMs, functionArn }) {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    awsRequestId: requestId,
    invokedFunctionArn: functionArn,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
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
