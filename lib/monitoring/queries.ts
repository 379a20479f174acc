import { QueryDefinition, QueryString } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { HoldfastFunction } from '../holdfast-function.ts';

export interface QueriesProps {
  /** The instance's name, which is the folder of its queries in the console. */
  readonly service: string;
  /** The functions whose logs are searched. */
  readonly functions: readonly HoldfastFunction[];
}

/** The most common queries on the logs of all functions, saved in CloudWatch Logs Insights. */
export class Queries extends Construct {
  constructor(scope: Construct, id: string, { service, functions }: QueriesProps) {
    super(scope, id);
    for (const [name, queryString] of Object.entries(QUERIES)) {
      new QueryDefinition(this, name.replace(/\W/g, ''), {
        queryDefinitionName: `${service}/${name}`,
        queryString,
        logGroups: functions.map(({ logGroup }) => logGroup),
      });
    }
  }
}

const QUERIES: Readonly<Record<string, QueryString>> = {
  'What happened to a job': new QueryString({
    fields: [
      '@timestamp',
      'message',
      'status',
      'target',
      'kind',
      'name',
      'error',
      'ageMs',
      'ms',
      'firstTokenMs',
    ],
    filterStatements: ["jobId = 'PUT THE ID OF THE JOB HERE'"],
    sort: '@timestamp asc',
  }),
  'Why model calls fail': new QueryString({
    filterStatements: ["message = 'model call failed'"],
    statsStatements: ['count(*) as calls by target, kind, name, status'],
    sort: 'calls desc',
  }),
  'When circuits opened and closed': new QueryString({
    fields: ['@timestamp', 'message', 'target', 'rule', 'failure', 'calls', 'failures', 'stage'],
    filterStatements: ['message like /^circuit/'],
    sort: '@timestamp desc',
    limit: 200,
  }),
  'The slowest jobs': new QueryString({
    fields: ['@timestamp', 'jobId', 'ms', 'servedBy', 'deferrals', 'claims'],
    filterStatements: ["message = 'job ended' and status = 'SUCCEEDED'"],
    sort: 'ms desc',
    limit: 50,
  }),
  'Jobs without an answer': new QueryString({
    fields: ['@timestamp', 'jobId', 'ms', 'claims', 'deferrals'],
    filterStatements: ["message = 'job ended'", 'error like /:no-answer$/'],
    sort: '@timestamp desc',
    limit: 50,
  }),
  'Who changed what': new QueryString({
    fields: ['@timestamp', 'message', 'actor', 'scope', 'key', 'mode', 'reason', 'target', 'limit'],
    filterStatements: ['ispresent(actor)'],
    sort: '@timestamp desc',
    limit: 200,
  }),
  'What went wrong': new QueryString({
    filterStatements: ["level in ['WARN', 'ERROR']"],
    statsStatements: ['count(*) as lines by message, error, level'],
    sort: 'lines desc',
  }),
};
