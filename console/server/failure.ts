import { isCredentialsError } from '../../doctor/credentials-errors.ts';
import { OtherVersion } from './other-version.ts';
import { TimeLimitError } from './time-limit.ts';

/** Networks fail with these codes, or with a time limit. */
const NETWORK_CODE = /^(E[A-Z]+|UND_ERR_\w+|CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT)$/;

interface Facts {
  readonly name: string;
  readonly code?: string;
  readonly status?: number;
}

/** `refused`: the credentials or the rights do not suffice. `unreachable`: any other failure. */
export function failureKind(error: unknown): 'refused' | 'unreachable' {
  const facts = factsOf(error);
  return isCredentialsError(facts.name) || isDenied(facts) ? 'refused' : 'unreachable';
}

/**
 * Says in one line why a request to AWS or to the API failed: the credentials, a missing right, or the
 * network. The line has no text of the service, which may name resources.
 *
 * @param action the IAM action that the request needs: `sqs:GetQueueAttributes`
 */
export function explainFailure(error: unknown, action: string): string {
  if (error instanceof OtherVersion) return error.message;
  if (error instanceof TimeLimitError) return `not reachable (${error.message})`;
  const facts = factsOf(error);
  const { name, code } = facts;
  if (isCredentialsError(name)) {
    return `no valid credentials (${name}): log in again with \`aws sso login\`, or choose a profile`;
  }
  if (isDenied(facts)) return `your user or role lacks the right ${action} (${name})`;
  if (code !== undefined && NETWORK_CODE.test(code)) return `not reachable (${code})`;
  return `${action} failed with ${name}`;
}

function isDenied({ name, status }: Facts): boolean {
  return /AccessDenied|NotAuthorized|Unauthorized|Forbidden/.test(name) || status === 403;
}

function factsOf(error: unknown): Facts {
  if (!(error instanceof Error)) return { name: 'an unknown error' };
  const code = codeOf(error) ?? codeOf(error.cause);
  const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  return {
    name: error.name,
    ...(code !== undefined && { code }),
    ...(status !== undefined && { status }),
  };
}

function codeOf(error: unknown): string | undefined {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  return hasCode && typeof error.code === 'string' ? error.code : undefined;
}
