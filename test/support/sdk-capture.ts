import { Readable } from 'node:stream';
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';

/** What the service sends: a body of JSON or of an event stream. */
export interface SdkReply {
  readonly contentType: string;
  readonly body: string | Uint8Array;
}

/** A client of the real SDK whose requests go nowhere: `bodies` has what it would send. */
export function capturingClient(reply: () => SdkReply = emptyReply) {
  const bodies: string[] = [];
  const client = new BedrockRuntimeClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
    requestHandler: {
      async handle(request: { readonly body?: Uint8Array }) {
        bodies.push(new TextDecoder().decode(request.body));
        const { contentType, body } = reply();
        return {
          response: {
            statusCode: 200,
            headers: { 'content-type': contentType },
            body: Readable.from([Buffer.from(body)]),
          },
        };
      },
    } as never,
  });
  return { client, bodies };
}

function emptyReply(): SdkReply {
  return { contentType: 'application/json', body: '{}' };
}

/** Returns a value of the SDK as its JSON, with bytes as base64. */
export function asJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, asJson(each)]));
}
