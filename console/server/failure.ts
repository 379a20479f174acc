/** The names of errors that mean that the credentials are absent, expired or wrong. */
const CREDENTIALS_ERRORS: ReadonlySet<string> = new Set([
  'CredentialsProviderError',
  'TokenProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignature',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);

/** Networks fail with these codes, or with a time limit. */
const NETWORK_CODE = /^(E[A-Z]+|UND_ERR_\w+|CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT)$/;

interface Facts {
  readonly name: string;
  readonly code?: string;
  readonly status?: number;
}

/**
 * Says in one line why a request to AWS or to the API failed: the credentials, a missing right, or the
 * network. The line has no text of the service, which may name resources.
 *
 * @param action the IAM action that the request needs: `sqs:GetQueueAttributes`
 */
export function explainFailure(error: unknown, action: string): string {
  const { name, code, status } = factsOf(error);
  if (CREDENTIALS_ERRORS.has(name)) return `no valid credentials (${name})`;
  if (/AccessDenied|NotAuthorized|Unauthorized|Forbidden/.test(name) || status === 403) {
    return `your user or role lacks the right ${action} (${name})`;
  }
  if (code !== undefined && NETWORK_CODE.test(code)) return `not reachable (${code})`;
  if (name === 'TimeoutError') return 'not reachable (TimeoutError)';
  return `the request failed with ${name}`;
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
