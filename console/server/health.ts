import {
  type AdminHealthView,
  adminHealthView,
} from '../../lambda/contract/schemas/admin-health-view.ts';
import { OtherVersion } from './other-version.ts';

/**
 * The API's refusal of a request. Like an error of the SDK, it has the name that the gateway gives to the
 * refusal, such as `ExpiredTokenException`.
 */
export class ApiRefusal extends Error {
  readonly $metadata: { readonly httpStatusCode: number };

  constructor({ status, headers }: Response) {
    super(`HTTP ${status}`);
    this.name = headers.get('x-amzn-errortype')?.split(':')[0] ?? `HTTP ${status}`;
    this.$metadata = { httpStatusCode: status };
  }
}

/**
 * Reads the health as an operator. Rejects with an `ApiRefusal` if the API refuses, and with
 * `OtherVersion` if this version does not know the response.
 */
export async function readHealth(
  apiUrl: string,
  signedFetch: typeof fetch,
  signal: AbortSignal,
): Promise<AdminHealthView> {
  const response = await signedFetch(`${apiUrl}/admin/health`, { signal });
  if (!response.ok) {
    await response.body?.cancel();
    throw new ApiRefusal(response);
  }
  const health = adminHealthView.safeParse(await response.json());
  if (health.success) return health.data;
  const field = health.error.issues[0]?.path.join('.') || 'the whole';
  throw new OtherVersion(
    `the stack has another version of Holdfast, whose health this console does not know (${field}); use the version that deployed it`,
  );
}
