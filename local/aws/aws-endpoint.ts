import { type Handler, sendJson } from '../loopback.ts';

/** What the embedded run serves of AWS; each speaks its service's protocol. */
export interface AwsServices {
  readonly dynamodb: Handler;
  readonly ssm: Handler;
  /** EventBridge. */
  readonly events: Handler;
  /** SQS and S3. */
  readonly queuesAndObjects: Handler;
}

/**
 * One endpoint for all services: the JSON protocols name theirs in a header, and what names none
 * is S3's.
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
