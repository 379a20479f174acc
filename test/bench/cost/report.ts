import { FUNCTION_GB, MILLION, PRICE } from './prices.ts';

/** The duration of one request, which is CPU time and calls to AWS services. */
const REQUEST_SECONDS = 0.05;
/** The duration of one run of a job without its model call. */
const WORKER_SECONDS = 0.3;
/** Store operations of a closed circuit for each batch; `bench:breaker` measures them. */
const CIRCUIT = { writes: 1, reads: 1.33 } as const;
/** Log lines of all functions for each job. They include the metrics. */
const LOG_KB = 3;

export interface Usage {
  /** The time to the end of the slowest answer in a batch: the worker runs until then. */
  readonly answerSeconds: number;
  /** The number of jobs in one batch of the worker. */
  readonly batch: number;
  /** The number of GET requests for each job. */
  readonly polls: number;
  /** The time for which each of these requests waits for the end of the job. */
  readonly waitSeconds: number;
  /** The number of times that such a request reads the row. */
  readonly readsOfPoll: number;
  /** The number of deferrals of each job. */
  readonly deferrals: number;
  /** Write units of the jobs table for each job. */
  readonly writes: number;
  /** Write units of the table's indexes for each job. */
  readonly indexWrites: number;
  /** Write units of the buckets of quotas for each call. */
  readonly bucketWrites: number;
}

interface Line {
  readonly service: Service;
  /** The billed units for each job, in words. */
  readonly units: string;
  /** The price in dollars for each job. */
  readonly dollars: number;
}

type Service =
  | 'API Gateway'
  | 'Lambda, requests'
  | 'Lambda, status'
  | 'Lambda, worker'
  | 'SQS'
  | 'DynamoDB'
  | 'S3'
  | 'EventBridge'
  | 'CloudWatch Logs';

/** Prints the cost of a million jobs, one line for each service. */
export function report(usage: Usage): void {
  const { answerSeconds, batch, polls, waitSeconds, deferrals } = usage;
  const lines = costOf(usage);
  const total = lines.reduce((sum, { dollars }) => sum + dollars, 0);
  console.log(`US dollars for a million jobs, without the models' tokens (us-east-1, on demand).
Each job: ${polls} GET requests that wait for ${waitSeconds} s, ${deferrals} deferrals, and an answer in a batch of ${batch} whose slowest answer takes ${answerSeconds} s.
`);
  console.log(`${'service'.padEnd(18)}${'dollars'.padStart(8)}  for each job`);
  for (const { service, units, dollars } of lines) {
    console.log(`${service.padEnd(18)}${(dollars * MILLION).toFixed(2).padStart(8)}  ${units}`);
  }
  console.log(`${'total'.padEnd(18)}${(total * MILLION).toFixed(2).padStart(8)}`);
}

/** Returns the cost of one job, service by service. */
export function costOf(usage: Usage): readonly Line[] {
  const { answerSeconds, batch, polls, deferrals, writes, indexWrites, bucketWrites } = usage;
  const requests = 1 + polls;
  const pollSeconds = REQUEST_SECONDS + usage.waitSeconds;
  const runs = 1 + deferrals;
  const gets = runs + Math.min(1, polls);
  // The jobs of a batch run side by side, so each pays its share of the slowest one.
  const workerSeconds = (answerSeconds + runs * WORKER_SECONDS) / batch;
  const circuitWrites = CIRCUIT.writes / batch;
  const writeUnits = writes + indexWrites + circuitWrites + bucketWrites;
  // A strongly consistent read of a row costs one read unit.
  const readUnits = polls * usage.readsOfPoll + CIRCUIT.reads / batch;
  return [
    {
      service: 'API Gateway',
      units: `${requests} requests`,
      dollars: requests * PRICE.apiGatewayRestCall,
    },
    {
      service: 'Lambda, requests',
      units: `1 call of ${REQUEST_SECONDS} s`,
      dollars: lambda(1, REQUEST_SECONDS),
    },
    {
      service: 'Lambda, status',
      units: `${polls} calls of ${pollSeconds} s`,
      dollars: lambda(polls, polls * pollSeconds),
    },
    {
      service: 'Lambda, worker',
      units: `${runs}/${batch} call, ${workerSeconds.toFixed(2)} s = (${answerSeconds} + ${runs} x ${WORKER_SECONDS}) / ${batch}`,
      dollars: lambda(runs / batch, workerSeconds),
    },
    {
      service: 'SQS',
      units: `${runs} sends, ${((2 * runs) / batch).toFixed(1)} receives and deletes`,
      dollars: runs * (1 + 2 / batch) * PRICE.sqsRequest,
    },
    {
      service: 'DynamoDB',
      units: `${writeUnits.toFixed(1)} write units (${writes} of rows, ${indexWrites} of indexes, ${circuitWrites.toFixed(1)} of circuits, ${bucketWrites.toFixed(1)} of quotas), ${readUnits.toFixed(1)} read units`,
      dollars: writeUnits * PRICE.dynamoDbWrite + readUnits * PRICE.dynamoDbRead,
    },
    {
      service: 'S3',
      units: `2 puts, ${gets} gets`,
      dollars: 2 * PRICE.s3Put + gets * PRICE.s3Get,
    },
    { service: 'EventBridge', units: '1 event', dollars: PRICE.eventBridgeEvent },
    {
      service: 'CloudWatch Logs',
      units: `${LOG_KB} KB`,
      dollars: (LOG_KB / MILLION) * PRICE.logGb,
    },
  ];
}

function lambda(calls: number, seconds: number): number {
  return calls * PRICE.lambdaCall + seconds * FUNCTION_GB * PRICE.lambdaGbSecondArm;
}
