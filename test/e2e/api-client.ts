import type { JobStatus } from '../../lambda/contract/words.ts';

/** GET /v1/jobs/{id}, as far as the suite reads it. */
export interface JobView {
  readonly jobId: string;
  readonly status: JobStatus;
  readonly nextAttemptAt?: string;
  readonly servedBy?: string;
  readonly tier?: string;
  readonly degraded?: boolean;
  readonly degradedBy?: readonly string[];
  readonly attempts: readonly { readonly target: string; readonly outcome: string }[];
  readonly result?: { readonly text: string; readonly stopReason: string };
  readonly resultUrl?: string;
  readonly error?: { readonly type: string; readonly title: string };
}

/** GET /v1/health, as far as the suite reads it. */
export interface Health {
  readonly status: string;
  readonly targets: readonly { readonly target: string; readonly circuit: string }[];
}

export interface Answer<Body = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface RequestOptions {
  readonly method?: string;
  /** Sent as JSON; a text is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** `undefined` sends none. @default local */
  readonly apiKey?: string;
}

/** A request as any HTTP client would make it. */
export async function request<Body>(
  apiUrl: string,
  path: string,
  options: RequestOptions = {},
): Promise<Answer<Body>> {
  const { method = 'GET', body, headers = {} } = options;
  const apiKey = 'apiKey' in options ? options.apiKey : 'local';
  const response = await fetch(`${apiUrl}${path}`, {
    method,
    headers: {
      ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Body,
  };
}
