import { type SignedCall, signedCall } from './signed-call.ts';

/** Lists of all that a stack of Holdfast has; what is in them is compared, not read. */
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

/** What there is of each kind, in whatever form its service lists it. */
export type Inventory = Readonly<Record<string, string>>;

export async function inventory(endpoint: string): Promise<Inventory> {
  const entries = Object.entries(LISTS).map(async ([kind, call]) => {
    const answer = await signedCall(endpoint, call);
    return [kind, withoutRequestId(answer)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** The kinds of which nothing was added or removed. */
export function unchangedKinds(before: Inventory, after: Inventory): string[] {
  return Object.keys(before).filter((kind) => before[kind] === after[kind]);
}

function withoutRequestId(answer: string): string {
  return answer.replace(/<RequestId>[^<]*<\/RequestId>/g, '');
}
