import type { FailureKind } from '../../contract/words.ts';
import type { ModelFailure } from './model-client.ts';

/** The facts of an error, without any type of the SDK. */
export interface ErrorFacts {
  readonly name: string;
  readonly message: string;
  readonly status?: number;
  /** The error's own code and the code of its cause, such as `ECONNRESET`. */
  readonly code?: string;
  readonly causeCode?: string;
  /** Header `retry-after`, unparsed: seconds or a date. */
  readonly retryAfter?: string;
  /** Header `x-amz-retry-after`. */
  readonly retryAfterMs?: number;
  /** Bedrock's estimate in the body of a 503. */
  readonly expectedQueueDelayMs?: number;
}

/**
 * Classifies an error by its name, then by its status, then by its code. The name comes first
 * because an error inside a stream arrives with status 200. A message may quote the prompt, so only
 * its start is matched, and only for exceptions that are known to begin with that text.
 */
export function failureOf(facts: ErrorFacts, nowMs: number): ModelFailure {
  const retryAfterMs = retryAfterOf(facts, nowMs);
  const classification = classify(facts);
  const detail = classification.kind === 'job' ? detailOf(facts) : '';
  return {
    ...classification,
    ...(detail !== '' && { detail }),
    name: facts.name,
    ...(facts.status !== undefined && { status: facts.status }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

const DETAIL_BYTES = 2048;

/** Returns the start of a refusal's text; it is empty if the error is not Bedrock's own. */
function detailOf({ name, message }: ErrorFacts): string {
  if (name !== 'ValidationException') return '';
  const start = Buffer.from(message).subarray(0, DETAIL_BYTES);
  // A stream's decoder leaves out a character that is cut at the end.
  return new TextDecoder().decode(start, { stream: true });
}

type Classification = Pick<
  ModelFailure,
  'kind' | 'tooLong' | 'lacksGuardrail' | 'unknown' | 'accountLacks'
>;

function classify(facts: ErrorFacts): Classification {
  const byText = TEXTS.get(facts.name)?.find(({ text }) => text.test(facts.message));
  if (byText) return byText.classification;
  const kind = BY_NAME.get(facts.name) ?? byStatus(facts.status) ?? byCode(facts);
  return kind ? { kind } : { kind: 'fault', unknown: true };
}

const BY_NAME: ReadonlyMap<string, FailureKind> = new Map(
  Object.entries<FailureKind>({
    ThrottlingException: 'quota-minute',
    ModelNotReadyException: 'capacity',
    ServiceUnavailableException: 'capacity',
    InternalServerException: 'fault',
    InternalFailure: 'fault',
    // These errors have the client-error statuses 408 and 424, but the model failed.
    ModelTimeoutException: 'timeout',
    ModelErrorException: 'model-error',
    ModelStreamErrorException: 'model-error',
    ValidationException: 'job',
    AccessDeniedException: 'config',
    ResourceNotFoundException: 'config',
    ServiceQuotaExceededException: 'config',
    ConflictException: 'config',
    FTUFormNotFilled: 'config',
    IncompleteSignature: 'config',
    InvalidSignatureException: 'config',
    ExpiredTokenException: 'config',
    UnrecognizedClientException: 'config',
    MissingAuthenticationTokenException: 'config',
    CredentialsProviderError: 'config',
  }),
);

interface KnownText {
  readonly text: RegExp;
  readonly classification: Classification;
}

/** Bedrock puts these words before an error message that it received from the model. */
const MODEL_SAID = '(?:The model returned the following errors: )?';

const WRONG_TARGET: Classification = { kind: 'config' };
const TOO_LONG: Classification = { kind: 'job', tooLong: true };
/** A guardrail exists in one Region, and the worker may apply only those of the settings. */
const NO_GUARDRAIL: Classification = { kind: 'job', lacksGuardrail: true };
const NO_FORM: Classification = { kind: 'config', accountLacks: 'use-case-form' };
const NO_SUBSCRIPTION: Classification = { kind: 'config', accountLacks: 'subscription' };

const TEXTS: ReadonlyMap<string, readonly KnownText[]> = new Map(
  Object.entries<readonly KnownText[]>({
    ThrottlingException: [
      { text: /^Too many tokens per day\b/i, classification: { kind: 'quota-day' } },
      { text: /^Too many connections\b/i, classification: { kind: 'capacity' } },
    ],
    // All its reported reasons are about Marketplace: missing rights or no valid means of payment.
    AccessDeniedException: [
      { text: /^Model access is denied due to\b/i, classification: NO_SUBSCRIPTION },
      {
        text: /^User: \S+ is not authorized to perform: bedrock:ApplyGuardrail\b/,
        classification: NO_GUARDRAIL,
      },
      // The request has a point of the prompt cache, and the model has no cache.
      {
        text: /^You invoked an unsupported model or your request did not allow prompt caching\b/,
        classification: { kind: 'job' },
      },
    ],
    ResourceNotFoundException: [
      { text: /^Model use case details have not been submitted\b/i, classification: NO_FORM },
      { text: /^(?:The )?guardrail\b/i, classification: NO_GUARDRAIL },
    ],
    ValidationException: [
      {
        text: new RegExp(
          `^${MODEL_SAID}You have not filled out the required use-case form\\b`,
          'i',
        ),
        classification: NO_FORM,
      },
      {
        text: /^Invocation of model ID \S+ with on-demand throughput\b/,
        classification: WRONG_TARGET,
      },
      { text: /^The provided model identifier is invalid\b/, classification: WRONG_TARGET },
      { text: /^The guardrail identifier or version\b/i, classification: NO_GUARDRAIL },
      {
        text: /^This model version has reached the end of its life\b/,
        classification: WRONG_TARGET,
      },
      {
        text: /^Access denied\. This Model is marked by provider as Legacy\b/,
        classification: WRONG_TARGET,
      },
      { text: /^Operation not allowed\b/, classification: WRONG_TARGET },
      {
        text: new RegExp(`^${MODEL_SAID}(?:Input|prompt) is too long\\b`),
        classification: TOO_LONG,
      },
      {
        text: new RegExp(`^${MODEL_SAID}input length and .max_tokens. exceed\\b`),
        classification: TOO_LONG,
      },
    ],
    // The SDK uses this name for several socket errors; the code or the message distinguishes them.
    TimeoutError: [
      {
        text: /^Unexpected error: http2 request did not get a response\b/,
        classification: { kind: 'network' },
      },
      {
        text: /^@smithy\/node-http-handler - the request socket did not establish a connection\b/,
        classification: { kind: 'network' },
      },
    ],
  }),
);

/** An error without a response has no status. */
function byStatus(status = 0): FailureKind | undefined {
  return BY_STATUS.get(status) ?? (status >= 500 ? 'fault' : undefined);
}

const BY_STATUS: ReadonlyMap<number, FailureKind> = new Map([
  [400, 'job'],
  [401, 'config'],
  [403, 'config'],
  [404, 'config'],
  [408, 'timeout'],
  [410, 'config'],
  [413, 'job'],
  [422, 'job'],
  [424, 'model-error'],
  [429, 'quota-minute'],
  [503, 'capacity'],
  [504, 'timeout'],
  /** Anthropic's own API answers 529 when it is overloaded. */
  [529, 'capacity'],
]);

/** Classifies an error without a response: the connection failed or could not be opened. */
function byCode({ name, code = '', causeCode = '' }: ErrorFacts): FailureKind | undefined {
  if (NETWORK_CODE.test(code) || NETWORK_CODE.test(causeCode)) return 'network';
  return name === 'TimeoutError' ? 'timeout' : undefined;
}

const NETWORK_CODE =
  /^(?:ECONN(?:RESET|REFUSED|ABORTED)|EPIPE|ENOTFOUND|EAI_[A-Z]+|E(?:HOST|NET)UNREACH|ERR_(?:HTTP2|TLS|SSL|STREAM|SOCKET)_.*|CERT_.*|.*_SIGNED_CERT|UNABLE_TO_.*|HPE_.*)$/;

function retryAfterOf(facts: ErrorFacts, nowMs: number): number | undefined {
  const { retryAfterMs = 0, expectedQueueDelayMs = 0, retryAfter = '' } = facts;
  const hints = [retryAfterMs, expectedQueueDelayMs, headerMs(retryAfter, nowMs)].filter(
    (ms) => Number.isFinite(ms) && ms > 0,
  );
  return hints.length > 0 ? Math.max(...hints) : undefined;
}

/** Parses `retry-after`: a number of seconds or an HTTP date (RFC 9110, 10.2.3). */
function headerMs(value: string, nowMs: number): number {
  return /^\s*\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
}
