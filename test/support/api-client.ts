import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobStatus } from '../../lambda/contract/words.ts';
import { OPERATOR } from '../../local/rest-api/signature.ts';
import { signedHeaders } from './signed-headers.ts';

/** The part of `GET /v1/jobs/{id}` that the tests read. */
export interface JobView {
  readonly jobId: string;
  readonly status: JobStatus;
  /** ISO 8601, like all times in the API. */
  readonly createdAt: string;
  readonly completedAt?: string;
  readonly nextAttemptAt?: string;
  readonly servedBy?: string;
  readonly tier?: string;
  readonly degraded?: boolean;
  readonly degradedBy?: readonly string[];
  readonly truncated?: boolean;
  readonly attempts: readonly {
    readonly target: string;
    readonly outcome: string;
    readonly reason?: string;
  }[];
  readonly result?: { readonly text: string; readonly stopReason: string };
  readonly resultUrl?: string;
  readonly resultGone?: boolean;
  readonly error?: { readonly type: string; readonly title: string; readonly detail?: string };
}

/** The part of `GET /v1/health` that the tests read. */
export interface Health {
  readonly status: string;
  readonly chains: readonly { readonly chain: string; readonly status: string }[];
  readonly targets: readonly {
    readonly target: string;
    readonly tiers: readonly { readonly chain: string; readonly tier: string }[];
    readonly circuit: string;
    readonly health?: string;
    readonly cause?: string;
  }[];
}

export interface Answer<Body = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface RequestOptions {
  /** @default GET */
  readonly method?: string;
  /** The body, which is sent as JSON. A string is sent unchanged. @default no body */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The API key. `undefined` sends none. @default local */
  readonly apiKey?: string;
}

export interface ClientOptions {
  /** The API key. @default local, the first key of an embedded run */
  readonly apiKey?: string;
  /** The credentials of the operators' routes. @default those of an embedded run */
  readonly operator?: Credentials;
}

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const THROTTLED_LIMIT_MS = 20_000;
const THROTTLED_PAUSE_MS = 250;

/** Calls the API of one deployment: as a caller with an API key, or as an operator with credentials. */
export class ApiClient {
  readonly #apiUrl: string;
  readonly #apiKey: string;
  readonly #operator: Credentials;

  constructor(apiUrl: string, { apiKey = 'local', operator = OPERATOR }: ClientOptions = {}) {
    this.#apiUrl = apiUrl;
    this.#apiKey = apiKey;
    this.#operator = operator;
  }

  get apiUrl(): string {
    return this.#apiUrl;
  }

  request<Body>(path: string, options: RequestOptions = {}): Promise<Answer<Body>> {
    const send = () => request<Body>(this.#apiUrl, path, { apiKey: this.#apiKey, ...options });
    return unlessThrottled(send);
  }

  /** @param credentials replace those of the operator, field by field */
  async asOperator<Body>(
    method: string,
    path: string,
    body?: object,
    credentials: Partial<Credentials> = {},
  ): Promise<Answer<Body>> {
    const text = body && JSON.stringify(body);
    const url = `${this.#apiUrl}${path}`;
    const signer = { ...this.#operator, ...credentials };
    const headers = await signedHeaders({ ...signer, url, method, body: text });
    return this.request<Body>(path, { method, body: text, headers, apiKey: undefined });
  }

  /**
   * Posts a job and returns its id.
   *
   * @param options further fields of the request's body
   */
  async submit(prompt: string, options: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const body = { prompt, ...options };
    const headers = { 'idempotency-key': randomUUID() };
    const posted = () =>
      this.request<{ jobId: string }>('/jobs', { method: 'POST', body, headers });
    return expectStatus(202, await unlessThrottled(posted)).jobId;
  }

  async job(jobId: string): Promise<JobView> {
    return expectStatus(200, await this.request<JobView>(`/jobs/${jobId}`));
  }

  async health(): Promise<Health> {
    return expectStatus(200, await this.request<Health>('/health'));
  }

  /** Returns the state of a target's circuit, or `undefined` if the chain has no such target. */
  async circuitOf(targetKey: string): Promise<string | undefined> {
    const { targets } = await this.health();
    return targets.find(({ target }) => target === targetKey)?.circuit;
  }
}

/** Repeats a request while API Gateway answers 500, because Lambda has no concurrency left. */
async function unlessThrottled<Body>(send: () => Promise<Answer<Body>>): Promise<Answer<Body>> {
  const endsAt = performance.now() + THROTTLED_LIMIT_MS;
  for (;;) {
    const answer = await send();
    if (answer.status !== 500 || performance.now() > endsAt) return answer;
    await sleep(THROTTLED_PAUSE_MS);
  }
}

/** Sends a request as any HTTP client would. */
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

function expectStatus<Body>(expected: number, { status, body }: Answer<Body>): Body {
  if (status === expected) return body;
  throw new Error(`got status ${status}, expected ${expected}: ${JSON.stringify(body)}`);
}
