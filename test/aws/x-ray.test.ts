import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { xRayTrace } from '../../lambda/aws/x-ray.ts';

interface Subsegment {
  readonly id: string;
  readonly name: string;
  readonly parent_id: string;
  readonly start_time: number;
  readonly end_time: number;
}

let daemon: Socket;
let env: Record<string, string>;
beforeEach(async () => {
  daemon = createSocket('udp4').bind(0, '127.0.0.1');
  await once(daemon, 'listening');
  env = {
    AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${daemon.address().port}`,
    _X_AMZN_TRACE_ID: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
  };
});
afterEach(() => {
  daemon.close();
});

/** Receives the next `count` documents and sorts them by name. */
async function received(count: number): Promise<Subsegment[]> {
  const documents: Subsegment[] = [];
  while (documents.length < count) {
    const [message] = await once(daemon, 'message');
    const [header, document = ''] = String(message).split('\n');
    expect(JSON.parse(String(header))).toEqual({ format: 'json', version: 1 });
    documents.push(JSON.parse(document));
  }
  return documents.sort((one, other) => one.name.localeCompare(other.name));
}

describe('a span', () => {
  test('is a subsegment of Lambda’s segment, with annotations from before and during the run', async () => {
    const documents = received(1);
    const startedAtMs = Date.now();

    const answer = await xRayTrace(env).span('run', { jobId: 'j1' }, async (annotate) => {
      annotate({ outcome: 'answered' });
      return 42;
    });

    expect(answer).toBe(42);
    const [document] = await documents;
    expect(document).toEqual({
      type: 'subsegment',
      name: 'run',
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
      trace_id: '1-5759e988-bd862e3fe1be46a994272793',
      parent_id: '53995c3f42cd8ad8',
      start_time: expect.any(Number),
      end_time: expect.any(Number),
      annotations: { jobId: 'j1', outcome: 'answered' },
    });
    const { start_time = 0, end_time = 0 } = document ?? {};
    // The times are in seconds.
    const [startMs, endMs] = [start_time, end_time].map((seconds) => Math.round(seconds * 1000));
    const times = [startedAtMs, startMs, endMs, Date.now()];
    expect(times).toEqual(times.toSorted((a = 0, b = 0) => a - b));
  });

  test('is the parent of the spans inside it, even if others run at the same time', async () => {
    const trace = xRayTrace(env);
    const documents = received(4);
    const outer = (name: string) =>
      trace.span(name, {}, async () => {
        await new Promise((resolve) => setImmediate(resolve));
        return trace.span(`inner of ${name}`, {}, async () => {});
      });

    await Promise.all([outer('a'), outer('b')]);

    const [a, b, inA, inB] = await documents;
    expect([inA?.parent_id, inB?.parent_id]).toEqual([a?.id, b?.id]);
    expect(a?.id).not.toBe(b?.id);
  });

  test('that throws is marked as failed, and the error is rethrown', async () => {
    const documents = received(1);

    const run = xRayTrace(env).span('run', {}, async () => {
      throw new Error('broken');
    });

    await expect(run).rejects.toThrow('broken');
    expect(await documents).toEqual([expect.objectContaining({ name: 'run', fault: true })]);
  });

  test.each([
    ['that Lambda has not sampled', { _X_AMZN_TRACE_ID: 'Root=1-a-b;Parent=c;Sampled=0' }],
    ['whose header has no trace', { _X_AMZN_TRACE_ID: 'Parent=c;Sampled=1' }],
    ['whose header has no parent', { _X_AMZN_TRACE_ID: 'Root=1-a-b;Sampled=1' }],
    ['whose header has a field without a value', { _X_AMZN_TRACE_ID: 'Root;Parent=c;Sampled=1' }],
    ['outside of an invocation', { _X_AMZN_TRACE_ID: '' }],
    ['without a daemon', { AWS_XRAY_DAEMON_ADDRESS: '' }],
  ])('%s runs without being traced', async (_, other) => {
    let messages = 0;
    daemon.on('message', () => {
      messages++;
    });

    await xRayTrace({ ...env, ...other }).span('quiet', {}, async () => {});
    const documents = once(daemon, 'message');
    await xRayTrace(env).span('last', {}, async () => {});

    expect(String((await documents)[0])).toContain('"last"');
    expect(messages).toBe(1);
  });

  test('does not fail if no daemon listens', async () => {
    const nowhere = { ...env, AWS_XRAY_DAEMON_ADDRESS: '127.0.0.1:1' };

    expect(await xRayTrace(nowhere).span('run', {}, async () => 'done')).toBe('done');
  });
});
