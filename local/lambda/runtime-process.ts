import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';

export interface FunctionConfiguration {
  readonly name: string;
  readonly arn: string;
  /** Folder of the bundle. */
  readonly codeDir: string;
  /** The exported function in the bundle: `file.export`. */
  readonly handler: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  /** Time that the function may take to load, besides its timeout. @default 10 s, as in Lambda */
  readonly initTimeoutMs?: number;
  readonly environment: Readonly<Record<string, string>>;
}

const BOOTSTRAP = fileURLToPath(new URL('./bootstrap.mjs', import.meta.url));

/** A message from the main process to a sandbox. `event` is JSON. */
export interface InvocationMessage {
  readonly requestId: string;
  readonly event: string;
  readonly deadlineMs: number;
  readonly functionArn: string;
  readonly traceId: string;
}

/** A message from a sandbox to the main process. `payload` is JSON. */
export type RuntimeMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'init-error'; readonly payload: string }
  | { readonly kind: 'response' | 'error'; readonly requestId: string; readonly payload: string };

/** Returns the variables that Lambda sets for a function, besides those of its configuration. */
export function reservedVariables({ name, codeDir, handler, memoryMb }: FunctionConfiguration) {
  return {
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: randomUUID(),
    // Hides the developer's own AWS profile from the SDK.
    HOME: codeDir,
    LAMBDA_TASK_ROOT: codeDir,
    TZ: ':UTC',
    _HANDLER: handler,
  };
}

/**
 * Starts the process of a sandbox. It runs bootstrap.mjs, which loads the function, reports that it is
 * ready, and then handles one InvocationMessage at a time.
 */
export function spawnRuntime(configuration: FunctionConfiguration): ChildProcess {
  const { codeDir, memoryMb, environment } = configuration;
  // Lambda's limit covers the whole process, and V8 needs some memory besides its heap.
  const heapMb = Math.floor(memoryMb * 0.9);
  return spawn(process.execPath, [`--max-old-space-size=${heapMb}`, BOOTSTRAP], {
    cwd: codeDir,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A sandbox inherits only SystemRoot, without which Windows opens no socket.
    env: {
      ...(process.env.SystemRoot && { SystemRoot: process.env.SystemRoot }),
      ...environment,
      ...reservedVariables(configuration),
    },
  });
}
