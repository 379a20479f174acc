import { signedHeaders } from '../support/signed-headers.ts';
import { REGION, ROOT } from './emulator.ts';

export interface SignedCall {
  readonly service: string;
  /** Of a JSON protocol: `DynamoDB_20120810.ListTables`. */
  readonly target?: string;
  /** @default GET; POST with a body or a target */
  readonly method?: string;
  /** @default / */
  readonly path?: string;
  readonly body?: object;
}

/** A call of an AWS API for which the project has no client, signed as root. */
export async function signedCall(endpoint: string, call: SignedCall): Promise<string> {
  const { service, target, path = '/' } = call;
  const { body = target && {}, method = body ? 'POST' : 'GET' } = call;
  const url = `${endpoint}${path}`;
  const text = body && JSON.stringify(body);
  const signed = await signedHeaders({ ...ROOT, url, method, body: text, service, region: REGION });
  const response = await fetch(url, {
    method,
    body: text,
    headers: { ...signed, ...(target && { 'x-amz-target': target }) },
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`${service} ${target ?? path}: ${response.status} ${answer}`);
  return answer;
}
