import { type Handler, sendJson } from '../../console/server/loopback.ts';
import { isFormPost, isOperation, isS3Request } from './operations.ts';

/** The handlers of the emulated AWS services. Each speaks the protocol of its service. */
export interface AwsServices {
  readonly dynamodb: Handler;
  readonly ssm: Handler;
  /** EventBridge. */
  readonly events: Handler;
  /** CloudWatch Logs. */
  readonly logs: Handler;
  /** SQS and S3. */
  readonly queuesAndObjects: Handler;
}

/**
 * Serves all services at one endpoint. The JSON protocols name the service in a header; a request
 * without that header is for S3. A browser sends the header `Origin` with a request from a web page, and
 * no AWS client does, so such a request is refused, except a form with a signed policy: S3 accepts it from
 * any web page.
 */
export function serveAws({ dynamodb, ssm, events, logs, queuesAndObjects }: AwsServices): Handler {
  return (request, response) => {
    const target = request.headers['x-amz-target'];
    if (request.headers.origin !== undefined && !isFormPost(request)) {
      return sendJson(response, 403, { __type: 'AccessDenied', message: 'origin not allowed' });
    }
    if (target === undefined ? !isS3Request(request) : !isOperation(request)) {
      return sendJson(response, 400, {
        __type: 'UnknownOperationException',
        message: `not emulated: ${target ?? `${request.method} ${request.url}`}`,
      });
    }
    switch (String(target ?? '').split('.')[0]) {
      case 'DynamoDB_20120810':
        return dynamodb(request, response);
      case 'AmazonSSM':
        return ssm(request, response);
      case 'AWSEvents':
        return events(request, response);
      case 'Logs_20140328':
        return logs(request, response);
      default:
        return queuesAndObjects(request, response);
    }
  };
}
