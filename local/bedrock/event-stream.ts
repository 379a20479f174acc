import { EventStreamCodec } from '@smithy/core/event-streams';

/** The content type of a response that is an event stream. */
export const EVENT_STREAM = 'application/vnd.amazon.eventstream';

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString(),
  (text) => Buffer.from(text),
);

/** Encodes an event in Amazon's binary format for event streams. */
export function encodeEvent(type: string, body: object): Uint8Array {
  return encode({ ':message-type': 'event', ':event-type': type }, body);
}

/** Encodes an error, which arrives inside a response with the status 200. */
export function encodeException(type: string, body: object): Uint8Array {
  return encode({ ':message-type': 'exception', ':exception-type': type }, body);
}

function encode(headers: Readonly<Record<string, string>>, body: object): Uint8Array {
  const all = { ...headers, ':content-type': 'application/json' };
  return codec.encode({
    headers: Object.fromEntries(
      Object.entries(all).map(([name, value]) => [name, { type: 'string', value }]),
    ),
    body: Buffer.from(JSON.stringify(body)),
  });
}
