import { type Handler, sendJson } from '../loopback.ts';

/** The handlers of the emulated AWS services. Each speaks the protocol of its service. */
export interface AwsServices {
  readonly dynamodb: Handler;
  readonly ssm: Handler;
  /** EventBridge. */
  readonly events: Handler;
  /** SQS and S3. */
  readonly queuesAndObjects: Handler;
}

/**
 * Serves all services at one endpoint. The JSON protocols name the service in a header; a request
 * without that header is for S3.
 */
export function serveAws({ dynamodb, ssm, events, queuesAndObjects }: AwsServices): Handler {
  return (request, response) => {
    const service = String(request.headers['x-amz-target'] ?? '').split('.')[0];
    switch (service) {
      case 'DynamoDB_20120810':
        return dynamodb(request, response);
      case 'AmazonSSM':
        return ssm(request, response);
      case 'AWSEvents':
        return events(request, response);
      case 'AmazonSQS':
      case '':
        return queuesAndObjects(request, response);
      default:
        return sendJson(response, 400, {
          __type: 'UnknownOperationException',
          message: `service not emulated: ${service}`,
        });
    }
  };
}
