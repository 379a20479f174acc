/** The names that services and the SDK itself have for credentials that are none, old or wrong. */
const NAMES: ReadonlySet<string> = new Set([
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

export const CREDENTIALS_FIX =
  'get fresh credentials: `aws sso login`, or set AWS_PROFILE or --profile; ' +
  'if they are fresh, check the clock of this machine';

/** @param name of an error */
export function isCredentialsError(name: string): boolean {
  return NAMES.has(name);
}
