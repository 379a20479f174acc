import type { DoctorOptions } from './options.ts';

/**
 * What the options change of the environment that every SDK client reads. A fake Bedrock is called
 * as the embedded run's operator, whose calls it takes, so that no real credentials reach it.
 */
export function environmentOf({
  region,
  profile,
  bedrockEndpoint,
}: DoctorOptions): Readonly<Record<string, string | undefined>> {
  return {
    ...(region !== undefined && { AWS_REGION: region }),
    // The SDK warns of keys beside a profile; whose credentials are meant is said.
    ...(profile !== undefined && { AWS_PROFILE: profile, ...NO_KEYS }),
    ...(bedrockEndpoint !== undefined && {
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: bedrockEndpoint,
      AWS_ENDPOINT_URL_BEDROCK: bedrockEndpoint,
      AWS_PROFILE: undefined,
      ...NO_KEYS,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    }),
  };
}

const NO_KEYS = {
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
  AWS_SESSION_TOKEN: undefined,
};
