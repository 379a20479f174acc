import { z } from 'zod';

/** An `AWS::Lambda::EventSourceMapping` of a queue. The defaults are Lambda's. */
export const eventSourceMapping = z.looseObject({
  EventSourceArn: z.string().startsWith('arn:aws:sqs:', 'only queues are emulated'),
  FunctionName: z.string(),
  Enabled: z.boolean().default(true),
  BatchSize: z.coerce.number().default(10),
  MaximumBatchingWindowInSeconds: z.coerce.number().default(0),
  FunctionResponseTypes: z.array(z.string()).default([]),
  ScalingConfig: z.looseObject({ MaximumConcurrency: z.coerce.number().optional() }).default({}),
  FilterCriteria: z.undefined({ error: 'filters are not emulated' }).optional(),
});
export type EventSourceMapping = z.infer<typeof eventSourceMapping>;
