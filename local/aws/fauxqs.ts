import type { buildApp } from 'fauxqs';
import { credentialOf, OPERATOR_KEY_ID } from '../iam.ts';

/** fauxqs serves SQS and S3 from memory. Its Fastify app takes hooks that guard each request. */
export type Fauxqs = ReturnType<typeof buildApp>;

interface InternalRequest {
  readonly method: 'HEAD' | 'POST' | 'PUT';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly payload?: string;
}

/** Sends a request to fauxqs from within this process, as the operator and without a socket. */
export function askFauxqs(app: Fauxqs, { headers, ...request }: InternalRequest) {
  const authorization = credentialOf(OPERATOR_KEY_ID);
  return app.inject({ ...request, headers: { ...headers, authorization } });
}
