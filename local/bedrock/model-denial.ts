import type { IncomingHttpHeaders } from 'node:http';
import {
  destinationRegions,
  GLOBAL_GEOGRAPHY,
  profileOf,
} from '../../lambda/contract/geography.ts';
import type { Authorize } from '../iam.ts';
import { ACCOUNT } from '../resources.ts';
import type { Called } from './fault-rule.ts';

/**
 * Why the caller may not call this model, if so. A call through an inference profile needs the
 * profile, and the model in each region where it may run: the service asks for one region at a
 * time, the fake for all, so that a missing grant shows at the first call. Tokens are counted by a
 * model, never by a profile.
 */
export function modelDenial(
  authorize: Authorize,
  headers: IncomingHttpHeaders,
  { region, model: modelId, operation }: Called,
): string | undefined {
  const called = calledArn(region, modelId);
  if (operation === 'count-tokens') return authorize(headers, 'bedrock:CountTokens', called);
  const context = { 'bedrock:InferenceProfileArn': called };
  const denials = [
    authorize(headers, 'bedrock:InvokeModel', called),
    ...destinationArns(region, modelId).map((arn) =>
      authorize(headers, 'bedrock:InvokeModel', arn, context),
    ),
  ];
  return denials.find((denial) => denial !== undefined);
}

function calledArn(region: string, modelId: string): string {
  if (modelId.startsWith('arn:')) return modelId;
  const { geography } = profileOf({ region, modelId });
  return geography === undefined
    ? `arn:aws:bedrock:${region}::foundation-model/${modelId}`
    : `arn:aws:bedrock:${region}:${ACCOUNT}:inference-profile/${modelId}`;
}

/** Empty for a model called directly, and for an ARN, which does not tell its model. */
function destinationArns(region: string, modelId: string): readonly string[] {
  const { model, geography } = profileOf({ region, modelId });
  if (geography === undefined || modelId.startsWith('arn:')) return [];
  const regions = geography === GLOBAL_GEOGRAPHY ? [''] : (destinationRegions(geography) ?? []);
  return [region, ...regions].map((each) => `arn:aws:bedrock:${each}::foundation-model/${model}`);
}
