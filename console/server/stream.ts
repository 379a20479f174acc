import type { ServerResponse } from 'node:http';
import type { Snapshot } from '../contract/snapshot.ts';
import type { Clock } from './clock.ts';
import type { SnapshotReader } from './snapshot-reader.ts';

/** A comment is sent this often, so that both ends notice a lost connection. */
const HEARTBEAT_MS = 15_000;
/** A page that has not read this much is too slow: it skips snapshots until it has read them. */
const MAX_UNREAD_BYTES = 1024 * 1024;

/** Sends snapshots as server-sent events until the page goes away: one at once, then each change. */
export async function streamSnapshots(
  response: ServerResponse,
  reader: SnapshotReader,
  clock: Clock,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
  const send = (snapshot: Snapshot) => {
    if (response.writableLength > MAX_UNREAD_BYTES) return;
    response.write(`data: ${JSON.stringify(snapshot)}\n\n`);
  };
  send(await reader.read());
  const end = reader.listen(send);
  while (!gone.signal.aborted) {
    await clock.sleep(HEARTBEAT_MS, gone.signal);
    if (!gone.signal.aborted) response.write(': heartbeat\n\n');
  }
  end();
}
