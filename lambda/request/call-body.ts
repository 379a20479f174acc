import type { APIGatewayProxyResult } from 'aws-lambda';
import { NOT_AN_OBJECT, PROBLEM, WAY_TO_UPLOAD } from '../contract/problems.ts';
import { BODY_LIMITS, readBody } from '../http/read-event.ts';
import { invalid, refused } from '../http/responses.ts';
import type { TenantCall } from '../http/tenant-call.ts';

/** Returns the JSON of a call's body, or the response to a body that cannot be read. */
export function callBody(
  call: TenantCall,
): { readonly value: unknown } | { readonly refusal: APIGatewayProxyResult } {
  const body = readBody(call.event);
  switch (body.kind) {
    case 'json':
      return { value: body.value };
    case 'too-large':
      return { refusal: refused(call, PROBLEM.tooLarge, WAY_TO_UPLOAD) };
    case 'too-complex':
      return { refusal: invalid(call, [TOO_COMPLEX[body.limit]]) };
    case 'not-json':
      return { refusal: invalid(call, [NOT_AN_OBJECT]) };
    default:
      return body satisfies never;
  }
}

const TOO_COMPLEX = {
  values: {
    field: 'body',
    detail: `got too many values, allowed are at most ${BODY_LIMITS.values}`,
  },
  depth: {
    field: 'body',
    detail: `got too many levels, allowed are at most ${BODY_LIMITS.depth}`,
  },
};
