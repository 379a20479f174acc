import { createClient, createOperatorClient } from '../client/client.ts';
import { createSignedFetch } from '../console/server/signed-fetch.ts';
import {
  ConnectionError,
  connectToStack,
  type StackConnection,
  type StackOptions,
} from '../console/server/stack-connection.ts';
import { checkAddress } from './addressed-instance.ts';
import { CommandError } from './command-error.ts';
import { CONNECTION_EXITS, EXIT } from './exit-codes.ts';
import type { Instance, InstanceOptions } from './instance.ts';
import { explainRefusals } from './operator-fetch.ts';
import { deployedSettings, openParameter } from './settings-parameter.ts';
import type { World } from './world.ts';

/** A deployed stack. An address replaces that of its outputs, for an API with a domain of its own. */
export async function stackInstance(
  options: InstanceOptions & { readonly stack: string },
  { env, fetch, clock }: World,
): Promise<Instance> {
  const { url: givenUrl, ...where } = options;
  if (givenUrl !== undefined) checkAddress(givenUrl);
  const apiKey = env.HOLDFAST_API_KEY || undefined;
  const connection = await connected({ ...where, ...(apiKey && { apiKey }) }, clock);
  const { stack, region, outputs, clientOptions, tenants, warnings } = connection;
  const url = givenUrl ?? connection.apiUrl;
  return {
    name: `the stack ${stack} in ${region}`,
    client: () => {
      const [tenant] = tenants;
      if (!tenant) throw new CommandError(EXIT.refused, noKey(warnings));
      return createClient({ url, fetch, apiKey: tenant.apiKey });
    },
    operator: async () => {
      const signedFetch = createSignedFetch({ ...clientOptions, fetch });
      return createOperatorClient({ url, fetch: explainRefusals(signedFetch) });
    },
    settings: async () =>
      openParameter(clientOptions, outputs.SettingsParameterName ?? '', deployedSettings(stack)),
  };
}

async function connected(options: StackOptions, clock: World['clock']): Promise<StackConnection> {
  try {
    return await connectToStack(options, clock);
  } catch (error: unknown) {
    if (!(error instanceof ConnectionError)) throw error;
    throw new CommandError(CONNECTION_EXITS[error.kind], error.message);
  }
}

function noKey(warnings: readonly string[]): string {
  return ['The stack’s API key could not be read: set HOLDFAST_API_KEY', ...warnings].join('\n  ');
}
