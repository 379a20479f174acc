import { PROBLEM, PROBLEM_CONTENT_TYPE } from '../lambda/contract/problems.ts';

/** The error types of API Gateway for a request of an operator that it refuses. */
const REASONS: Readonly<Record<string, string>> = {
  ExpiredTokenException:
    'the credentials have expired: log in again with `aws sso login`, or choose a profile',
  InvalidSignatureException: 'the secret key is wrong: check the credentials of the profile',
  UnrecognizedClientException: 'AWS does not know the access key: choose another profile',
  AccessDeniedException:
    'your user or role lacks the right execute-api:Invoke on the API’s paths below /admin',
};

const UNKNOWN_REASON =
  'the credentials are wrong or have expired, or lack the right execute-api:Invoke';

/**
 * Returns a `fetch` that says why API Gateway refused a request of an operator. The body of the refusal
 * is the same for each reason; its header names the reason.
 */
export function explainRefusals(send: typeof fetch): typeof fetch {
  return async (input, init) => {
    const response = await send(input, init);
    if (response.status !== 403) return response;
    const [kind = ''] = (response.headers.get('x-amzn-errortype') ?? '').split(':');
    const detail = REASONS[kind] ?? UNKNOWN_REASON;
    return new Response(JSON.stringify({ ...PROBLEM.forbidden, detail }), {
      status: 403,
      headers: { 'content-type': PROBLEM_CONTENT_TYPE },
    });
  };
}
