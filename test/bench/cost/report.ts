const MILLION = 1_000_000;

/**
 * On-demand prices in us-east-1 in dollars, without free tiers and discounts, from the public price
 * pages (aws.amazon.com/SERVICE/pricing) of November 2026. Check them before you rely on a figure.
 */
const PRICE = {
  apiGatewayRestCall: 3.5 / MILLION,
  lambdaCall: 0.2 / MILLION,
  lambdaGbSecondArm: 0.0000133334,
  s3Put: 0.005 / 1000,
  s3Get: 0.0004 / 1000,
  sqsRequest: 0.4 / MILLION,
  dynamoDbWrite: 0.625 / MILLION,
  dynamoDbRead: 0.125 / MILLION,
  eventBridgeEvent: 1 / MILLION,
  logGb: 0.5,
} as const;
/** The memory of a function. */
const FUNCTION_GB = 0.5;
/** The duration of one request, which is CPU time and calls to AWS services. */
const REQUEST_SECONDS = 0.05;
/** The duration of one run of a job without its model call. */
const WORKER_SECONDS = 0.3;
/** Store operations of closed circuits for each job, in batches of ten; `bench:breaker` measures them. */
const CIRCUIT = { writes: 0.1, reads: 0.133 } as const;
/** Log lines of both functions for each job. They include the metrics. */
const LOG_KB = 3;

export interface Usage {
  /** The mean duration of a model call. */
  readonly modelSeconds: number;
  /** The number of jobs in one batch of the worker. */
  readonly batch: number;
  /** The number of GET requests for each job. */
  readonly polls: number;
  /** The number of deferrals of each job. */
  readonly deferrals: number;
  /** Write units of the jobs table for each job. */
  readonly writes: number;
  /** Write units of the table's indexes for each job. */
  readonly indexWrites: number;
}

interface Line {
  readonly service: string;
  /** The billed units for each job, in words. */
  readonly units: string;
  /** The price in dollars for each job. */
  readonly dollars: number;
}

/** Prints the cost of a million jobs, one line for each service. */
export function report(usage: Usage): void {
  const { modelSeconds, batch, polls, deferrals } = usage;
  const lines = linesOf(usage);
  const total = lines.reduce((sum, { dollars }) => sum + dollars, 0);
  console.log(`US dollars for a million jobs, without the models' tokens (us-east-1, on demand).
Each job: ${polls} polls, ${deferrals} deferrals, a model call of ${modelSeconds} s in a batch of ${batch}.
`);
  console.log(`${'service'.padEnd(18)}${'dollars'.padStart(8)}  for each job`);
  for (const { service, units, dollars } of lines) {
    console.log(`${service.padEnd(18)}${(dollars * MILLION).toFixed(2).padStart(8)}  ${units}`);
  }
  console.log(`${'total'.padEnd(18)}${(total * MILLION).toFixed(2).padStart(8)}`);
}

function linesOf(usage: Usage): readonly Line[] {
  const { modelSeconds, batch, polls, deferrals, writes, indexWrites } = usage;
  const requests = 1 + polls;
  const runs = 1 + deferrals;
  const gets = runs + Math.min(1, polls);
  const writeUnits = writes + indexWrites + CIRCUIT.writes;
  // Each poll is a strongly consistent read of the job's row, which costs one read unit.
  const readUnits = polls + CIRCUIT.reads;
  return [
    {
      service: 'API Gateway',
      units: `${requests} requests`,
      dollars: requests * PRICE.apiGatewayRestCall,
    },
    {
      service: 'Lambda, requests',
      units: `${requests} calls of ${REQUEST_SECONDS} s`,
      dollars: lambda(requests, requests * REQUEST_SECONDS),
    },
    {
      service: 'Lambda, worker',
      units: `${runs}/${batch} call, ${((modelSeconds + runs * WORKER_SECONDS) / batch).toFixed(2)} s`,
      dollars: lambda(runs / batch, (modelSeconds + runs * WORKER_SECONDS) / batch),
    },
    {
      service: 'SQS',
      units: `${runs} sends, ${((2 * runs) / batch).toFixed(1)} receives and deletes`,
      dollars: runs * (1 + 2 / batch) * PRICE.sqsRequest,
    },
    {
      service: 'DynamoDB',
      units: `${writeUnits.toFixed(1)} write units (${writes} of rows, ${indexWrites} of indexes, ${CIRCUIT.writes} of circuits), ${readUnits.toFixed(1)} read units`,
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
