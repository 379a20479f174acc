import { signedHeaders } from '../support/signed-headers.ts';
import { REGION, ROOT } from './emulator.ts';

export interface SignedCall {
  readonly service: string;
  /** The `x-amz-target` of a JSON protocol, such as `DynamoDB_20120810.ListTables`. @default none */
  readonly target?: string;
  /** @default POST with a body or a target, otherwise GET */
  readonly method?: string;
  /** @default / */
  readonly path?: string;
  /** The body, which is sent as JSON. @default none; `{}` with a target */
  readonly body?: object;
}

/** Calls an AWS API that the project has no SDK client for, signed with the root credentials. */
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
  const content = await response.text();
  if (!response.ok) throw new Error(`${service} ${target ?? path}: ${response.status} ${content}`);
  return content;
}
