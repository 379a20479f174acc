/**
 * The regions in which a cross-region inference profile may run a call. The stack grants the model
 * in each of them. A missing region causes a rare 403 when Bedrock routes a call there, so a list
 * may contain too many regions but never too few.
 *
 * Source: Amazon Bedrock user guide, "Supported Regions and models for inference profiles" and
 * "Geographic cross-Region inference": the union over all models and source regions of a geography.
 */
import type { Target } from './policy.ts';

/**
 * Regions in which Bedrock can be called: AWS General Reference, "Amazon Bedrock endpoints and
 * quotas", runtime endpoints. Without this list, a misspelt region would be noticed only when its
 * calls fail.
 */
const BEDROCK_REGIONS: ReadonlySet<string> = new Set([
  ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'us-gov-east-1', 'us-gov-west-1'],
  ...['ca-central-1', 'ca-west-1', 'mx-central-1', 'sa-east-1'],
  ...['eu-central-1', 'eu-central-2', 'eu-north-1', 'eu-south-1', 'eu-south-2'],
  ...['eu-west-1', 'eu-west-2', 'eu-west-3', 'af-south-1'],
  ...['il-central-1', 'me-central-1', 'me-south-1'],
  ...['ap-east-1', 'ap-east-2', 'ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3'],
  ...['ap-south-1', 'ap-south-2', 'ap-southeast-1', 'ap-southeast-2', 'ap-southeast-3'],
  ...['ap-southeast-4', 'ap-southeast-5', 'ap-southeast-6', 'ap-southeast-7'],
]);

export function hasBedrock(region: string): boolean {
  return BEDROCK_REGIONS.has(region);
}

/**
 * The geography whose calls may run in any commercial region. For these calls, IAM checks an ARN
 * without a region.
 */
export const GLOBAL_GEOGRAPHY = 'global';

const DESTINATION_REGIONS: Readonly<Record<string, readonly string[]>> = {
  us: ['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'ca-west-1'],
  eu: [
    'eu-central-1',
    'eu-central-2',
    'eu-north-1',
    'eu-south-1',
    'eu-south-2',
    'eu-west-1',
    'eu-west-2',
    'eu-west-3',
  ],
  jp: ['ap-northeast-1', 'ap-northeast-3'],
  au: ['ap-southeast-2', 'ap-southeast-4', 'ap-southeast-6'],
  apac: [
    'ap-east-2',
    'ap-northeast-1',
    'ap-northeast-2',
    'ap-northeast-3',
    'ap-south-1',
    'ap-south-2',
    'ap-southeast-1',
    'ap-southeast-2',
    'ap-southeast-3',
    'ap-southeast-4',
    'ap-southeast-5',
    'ap-southeast-6',
    'ap-southeast-7',
  ],
  [GLOBAL_GEOGRAPHY]: [],
};

export const GEOGRAPHIES: readonly string[] = Object.keys(DESTINATION_REGIONS);

/**
 * Matches the geography at the start of an id. No model provider has a two-letter name, so a prefix
 * of two letters is a geography, perhaps an unknown one (`ca.`, `us-gov.`).
 */
const GEOGRAPHY_PREFIX = /^([a-z]{2}(?:-[a-z]+)?|apac|global)\./;

/**
 * The foundation model behind a target, and the geography in which calls may run. Without a
 * geography, calls run in the target's region.
 */
export interface Profile {
  readonly model: string;
  readonly geography?: string;
}

/**
 * Returns the model and geography of a target. If the settings do not name them, they are read from
 * the id, or from the last part of an ARN.
 */
export function profileOf(target: Target): Profile {
  const id = target.modelId.slice(target.modelId.lastIndexOf('/') + 1);
  const prefix = GEOGRAPHY_PREFIX.exec(id)?.[1];
  const model = target.model ?? (prefix ? id.slice(prefix.length + 1) : id);
  const geography = target.geography ?? prefix;
  return geography === undefined ? { model } : { model, geography };
}

/**
 * Returns the regions of a geography, or `undefined` for an unknown one. `global` has no regions:
 * an ARN without a region grants global calls.
 */
export function destinationRegions(geography: string): readonly string[] | undefined {
  return Object.hasOwn(DESTINATION_REGIONS, geography) ? DESTINATION_REGIONS[geography] : undefined;
}
