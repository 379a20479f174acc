import { STSClient } from '@aws-sdk/client-sts';
import { targetsOf } from '../lambda/contract/chains.ts';
import type { Settings } from '../lambda/contract/policy.ts';
import type { Finding } from './finding.ts';

/** The region that the CDK CLI uses if none is set. */
export const FALLBACK_REGION = 'us-east-1';

/** Returns the region that a deploy from this shell would use, or `undefined` if none is set. */
export async function regionOfShell(): Promise<string | undefined> {
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  // The SDK reads the region of a profile itself. Only the CLIs read AWS_DEFAULT_REGION.
  return AWS_REGION || AWS_DEFAULT_REGION || (await regionOfProfile());
}

/** Checks that a chain has targets in the region of the deployment. */
export function checkRegion(region: string | undefined, settings: Settings): Finding {
  const check = 'region';
  const regions = [...new Set(targetsOf(settings).map((target) => target.region))];
  if (region === undefined) {
    const found = `no region is set, so a deploy goes to ${FALLBACK_REGION}`;
    const fix = `set AWS_REGION or --region to a region of a chain: ${regions.join(', ')}`;
    return { check, level: 'warning', subject: 'shell', found, fix };
  }
  if (regions.includes(region)) {
    return { check, level: 'good', subject: region, found: 'a chain has targets here' };
  }
  const found = `no chain has a target here, only in ${regions.join(', ')}`;
  const fix = 'deploy to a region of a chain, unless every call is meant to cross regions';
  return { check, level: 'warning', subject: region, found, fix };
}

function regionOfProfile(): Promise<string | undefined> {
  const client = new STSClient({});
  return client.config.region().catch(() => undefined);
}
