export const MILLION = 1_000_000;

/**
 * On-demand prices in us-east-1 in dollars, without free tiers and discounts, from the public price
 * pages (aws.amazon.com/SERVICE/pricing) of November 2026. Check them before you rely on a figure.
 */
export const PRICE = {
  apiGatewayRestCall: 3.5 / MILLION,
  lambdaCall: 0.2 / MILLION,
  lambdaGbSecondArm: 0.0000133334,
  s3Put: 0.005 / 1000,
  s3Get: 0.0004 / 1000,
  /** 0.4 for a standard queue, and 0.1 because messages carry a group (fair queues). */
  sqsRequest: 0.5 / MILLION,
  dynamoDbWrite: 0.625 / MILLION,
  dynamoDbRead: 0.125 / MILLION,
  eventBridgeEvent: 1 / MILLION,
  logGb: 0.5,
} as const;

/** The memory of a function. */
export const FUNCTION_GB = 0.5;
