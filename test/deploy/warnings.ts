import { z } from 'zod';
import { signedCall } from './signed-call.ts';

const groups = z.object({ logGroups: z.array(z.object({ logGroupName: z.string() })) });
const lines = z.object({ events: z.array(z.object({ message: z.string() })) });

const LATEST = 20;

/** Returns the latest warnings and errors of the deployed functions, from their log groups. */
export async function latestWarnings(endpoint: string): Promise<readonly string[]> {
  const ask = async (target: string, body: object) =>
    JSON.parse(await signedCall(endpoint, { service: 'logs', target, body }));
  const { logGroups } = groups.parse(await ask('Logs_20140328.DescribeLogGroups', {}));
  const warnings = logGroups.map(async ({ logGroupName }) => {
    const { events } = lines.parse(await ask('Logs_20140328.FilterLogEvents', { logGroupName }));
    return events.map(({ message }) => message.trim()).filter((each) => /WARN|ERROR/.test(each));
  });
  return (await Promise.all(warnings)).flat().slice(-LATEST);
}
