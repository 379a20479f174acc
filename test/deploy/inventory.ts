import { type SignedCall, signedCall } from './signed-call.ts';

/** One list call for each kind of resource in the stack. The responses are compared, not parsed. */
const LISTS: Readonly<Record<string, SignedCall>> = {
  tables: { service: 'dynamodb', target: 'DynamoDB_20120810.ListTables' },
  queues: { service: 'sqs', target: 'AmazonSQS.ListQueues' },
  parameters: { service: 'ssm', target: 'AmazonSSM.DescribeParameters' },
  buses: { service: 'events', target: 'AWSEvents.ListEventBuses' },
  rules: { service: 'events', target: 'AWSEvents.ListRules' },
  'log groups': { service: 'logs', target: 'Logs_20140328.DescribeLogGroups' },
  functions: { service: 'lambda', path: '/2015-03-31/functions/' },
  'event sources': { service: 'lambda', path: '/2015-03-31/event-source-mappings/' },
  APIs: { service: 'apigateway', path: '/restapis' },
  'API keys': { service: 'apigateway', path: '/apikeys' },
  'usage plans': { service: 'apigateway', path: '/usageplans' },
  buckets: { service: 's3', path: '/' },
  roles: { service: 'iam', path: '/?Action=ListRoles&Version=2010-05-08' },
  alarms: { service: 'monitoring', path: '/?Action=DescribeAlarms&Version=2010-08-01' },
  dashboards: { service: 'monitoring', path: '/?Action=ListDashboards&Version=2010-08-01' },
};

/** The raw response to each list call, by the kind of resource. */
export type Inventory = Readonly<Record<string, string>>;

/** Lists the emulator's resources of every kind that the stack has. */
export async function inventory(endpoint: string): Promise<Inventory> {
  const entries = Object.entries(LISTS).map(async ([kind, call]) => {
    const response = await signedCall(endpoint, call);
    return [kind, withoutRequestId(response)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Returns the kinds whose lists are equal in both inventories. */
export function unchangedKinds(before: Inventory, after: Inventory): string[] {
  return Object.keys(before).filter((kind) => before[kind] === after[kind]);
}

function withoutRequestId(response: string): string {
  return response.replace(/<RequestId>[^<]*<\/RequestId>/g, '');
}
