import { buildApp } from 'fauxqs';
import { credentialOf, OPERATOR_KEY_ID } from '../iam.ts';

/** fauxqs serves SQS and S3 from memory. Its Fastify app takes hooks that guard each request. */
export type Fauxqs = ReturnType<typeof buildApp>;

type Options = NonNullable<Parameters<typeof buildApp>[0]>;
type Stores = NonNullable<Options['stores']>;
export type QueueStore = Stores['sqsStore'];
export type Queue = ReturnType<QueueStore['createQueue']>;
export type ObjectStore = Stores['s3Store'];

/** Creates fauxqs with the stores of its queues and objects. The package exports their types only. */
export async function createFauxqs(): Promise<{
  readonly app: Fauxqs;
  readonly queues: QueueStore;
  readonly objects: ObjectStore;
}> {
  const [{ SqsStore }, { S3Store }] = await Promise.all([
    moduleOf<{ readonly SqsStore: new () => QueueStore }>('./sqs/sqsStore.js'),
    moduleOf<{ readonly S3Store: new () => ObjectStore }>('./s3/s3Store.js'),
  ]);
  const [queues, objects] = [new SqsStore(), new S3Store()];
  // fauxqs creates the store that is missing, but its type asks for all of them.
  const stores = { sqsStore: queues, s3Store: objects } as Stores;
  return { app: buildApp({ logger: false, stores }), queues, objects };
}

async function moduleOf<Exports>(path: string): Promise<Exports> {
  return await import(new URL(path, import.meta.resolve('fauxqs')).href);
}

interface InternalRequest {
  readonly method: 'HEAD' | 'POST' | 'PUT';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly payload?: string;
}

/** Sends a request to fauxqs from within this process, as the operator and without a socket. */
export function askFauxqs(app: Fauxqs, { headers, ...request }: InternalRequest) {
  const authorization = credentialOf(OPERATOR_KEY_ID);
  return app.inject({ ...request, headers: { ...headers, authorization } });
}
