import { createClient, createOperatorClient } from '../client/client.ts';
import type { RunFile } from '../console/server/run-file.ts';
import type { Instance } from './instance.ts';
import { explainRefusals } from './operator-fetch.ts';
import type { World } from './world.ts';

/**
 * The embedded run of this user. Its keys and credentials work on this machine only.
 *
 * @param isNamed true if the user gave its address, and not only found it
 */
export function embeddedInstance(run: RunFile, { env, fetch }: World, isNamed: boolean): Instance {
  const { url, apiKeys, awsUrl, region, operator: credentials, settingsParameter } = run;
  const given = env.HOLDFAST_API_KEY || undefined;
  // The key of the environment may belong to another instance. Then it must not be sent here.
  const isOwn = apiKeys.some(({ value }) => value === given);
  const apiKey = given !== undefined && (isNamed || isOwn) ? given : apiKeys[0]?.value;
  return {
    name: 'the embedded run',
    client: () => createClient({ url, fetch, ...(apiKey !== undefined && { apiKey }) }),
    operator: async () => {
      const { createSignedFetch } = await import('../console/server/signed-fetch.ts');
      const signedFetch = createSignedFetch({ region, credentials, fetch });
      return createOperatorClient({ url, fetch: explainRefusals(signedFetch) });
    },
    settings: async () => {
      const { firstVersion, openParameter } = await import('./settings-parameter.ts');
      const options = { region, credentials, endpoint: awsUrl };
      return openParameter(options, settingsParameter, firstVersion);
    },
  };
}
