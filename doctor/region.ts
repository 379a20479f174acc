import { STSClient } from '@aws-sdk/client-sts';
import { type Settings, targetsOf } from '../lambda/contract/policy.ts';
import type { Finding } from './finding.ts';

/** What CDK's CLI takes when nobody says otherwise. */
export const FALLBACK_REGION = 'us-east-1';

/** Where a deploy from this shell would go; undefined if it does not say. */
export async function regionOfShell(): Promise<string | undefined> {
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  // The SDK reads the region of a profile; AWS_DEFAULT_REGION is the CLIs' alone.
  return AWS_REGION || AWS_DEFAULT_REGION || (await regionOfProfile());
}

export function checkRegion(region: string | undefined, settings: Settings): Finding {
  const check = 'region';
  const regions = [...new Set(targetsOf(settings).map((target) => target.region))];
  if (region === undefined) {
    const found = `not set, so that a deploy goes to ${FALLBACK_REGION}`;
    const fix = `set AWS_REGION, or give --region, to one of the chain's: ${regions.join(', ')}`;
    return { check, level: 'warning', subject: 'shell', found, fix };
  }
  if (regions.includes(region)) {
    return { check, level: 'good', subject: region, found: 'has targets of the chain' };
  }
  const found = `has no target of the chain, whose are in ${regions.join(', ')}`;
  const fix = 'deploy beside the models, unless each call is meant to cross regions';
  return { check, level: 'warning', subject: region, found, fix };
}

function regionOfProfile(): Promise<string | undefined> {
  const client = new STSClient({});
  return client.config.region().catch(() => undefined);
}
