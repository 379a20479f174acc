import { type Handler, sendJson } from '../../console/server/loopback.ts';
import type { Chance } from '../unkind.ts';

/** Operations of DynamoDB whose rate AWS limits for the whole account, unlike those on items. */
const CONTROL_PLANE = /\.(Describe|List)/;

/**
 * Refuses calls to SSM as AWS does above 40 calls per second for the account, and those to DynamoDB's control plane.
 * Other callers of the account use up the rate, so a single call may be refused.
 */
export function throttled(serve: Handler, isRefused: Chance): Handler {
  return (request, response) => {
    const target = String(request.headers['x-amz-target']);
    const isLimited = target.startsWith('AmazonSSM.') || CONTROL_PLANE.test(target);
    if (!isLimited || !isRefused()) return serve(request, response);
    request.resume();
    return sendJson(
      response,
      400,
      { __type: 'ThrottlingException', message: 'Rate exceeded' },
      'application/x-amz-json-1.1',
    );
  };
}
