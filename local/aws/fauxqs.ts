import { buildApp } from 'fauxqs';
import { credentialOf, OPERATOR_KEY_ID } from '../iam.ts';

/** fauxqs serves SQS and S3 from memory. Its Fastify app takes hooks that guard each request. */
export type Fauxqs = ReturnType<typeof buildApp>;

type Options = NonNullable<Parameters<typeof buildApp>[0]>;
type Stores = NonNullable<Options['stores']>;
export type QueueStore = Stores['sqsStore'];
export type Queue = ReturnType<QueueStore['createQueue']>;

/** Creates fauxqs and the store of its queues. The package exports the store's type only. */
export async function createFauxqs(): Promise<{
  readonly app: Fauxqs;
  readonly store: QueueStore;
}> {
  const module = new URL('./sqs/sqsStore.js', import.meta.resolve('fauxqs')).href;
  const { SqsStore } = (await import(module)) as { readonly SqsStore: new () => QueueStore };
  const store = new SqsStore();
  // fauxqs creates the stores that are missing, but its type asks for all of them.
  const stores = { sqsStore: store } as Stores;
  return { app: buildApp({ logger: false, stores }), store };
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
