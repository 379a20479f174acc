import { createClient, createOperatorClient } from '../client/client.ts';
import { CommandError } from './command-error.ts';
import { EXIT } from './exit-codes.ts';
import type { Instance, InstanceOptions } from './instance.ts';
import { explainRefusals } from './operator-fetch.ts';
import type { World } from './world.ts';

/** An instance of which only the address of its API is known. */
export function addressedInstance(
  { url, profile, region }: InstanceOptions & { readonly url: string },
  { env, fetch }: World,
): Instance {
  checkAddress(url);
  return {
    name: url,
    client: () => createClient({ url, fetch, apiKey: keyOf(env, url) }),
    operator: async () => {
      const [{ STSClient }, { createSignedFetch }] = await Promise.all([
        import('@aws-sdk/client-sts'),
        import('../console/server/signed-fetch.ts'),
      ]);
      // The client finds region and credentials as every SDK client does. It sends no request.
      const { config } = new STSClient({ ...(profile && { profile }), ...(region && { region }) });
      const signedFetch = createSignedFetch({
        region: await config.region().catch(() => {
          const message = 'no AWS region: pass --region, or set AWS_REGION';
          throw new CommandError(EXIT.usage, message);
        }),
        credentials: () => config.credentials(),
        fetch,
      });
      return createOperatorClient({ url, fetch: explainRefusals(signedFetch) });
    },
    settings: async () => {
      const message = `The settings of ${url} are in a parameter of its stack: name the stack with --stack`;
      throw new CommandError(EXIT.usage, message);
    },
  };
}

export function checkAddress(url: string): void {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return;
  const allowed = 'allowed is an address such as http://127.0.0.1:8787/v1';
  throw new CommandError(EXIT.usage, `--url or HOLDFAST_URL: got ${url}, ${allowed}`);
}

function keyOf({ HOLDFAST_API_KEY }: NodeJS.ProcessEnv, url: string): string {
  if (HOLDFAST_API_KEY) return HOLDFAST_API_KEY;
  throw new CommandError(EXIT.refused, `There is no API key for ${url}: set HOLDFAST_API_KEY`);
}
