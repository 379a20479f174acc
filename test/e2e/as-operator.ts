import { signedHeaders } from '../support/signed-headers.ts';
import type { Answer } from './api-client.ts';
import type { Holdfast } from './holdfast.ts';

/** A call of an operators' route, signed with the embedded run's credential unless told otherwise. */
export async function asOperator<Body>(
  { run, request }: Holdfast,
  method: string,
  path: string,
  given?: object,
  signing: { readonly secretAccessKey?: string } = {},
): Promise<Answer<Body>> {
  const body = given && JSON.stringify(given);
  const headers = await signedHeaders({ url: `${run.apiUrl}${path}`, method, body, ...signing });
  return request<Body>(path, { method, body, headers, apiKey: undefined });
}
