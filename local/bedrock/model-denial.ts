import type { IncomingHttpHeaders } from 'node:http';
import {
  destinationRegions,
  GLOBAL_GEOGRAPHY,
  profileOf,
} from '../../lambda/contract/geography.ts';
import type { Authorize } from '../iam.ts';
import { ACCOUNT } from '../resources.ts';
import type { ModelCall, Operation } from './model-call.ts';

const ACTIONS: Readonly<Record<Operation, string>> = {
  converse: 'bedrock:InvokeModel',
  'converse-stream': 'bedrock:InvokeModelWithResponseStream',
  'count-tokens': 'bedrock:CountTokens',
};

/**
 * Returns the reason why the caller may not call this model, or undefined if it may. A call through
 * an inference profile needs a grant for the profile, and for the model in each region where it may
 * run. The service checks only the region that runs the call. The fake checks all regions, so that a
 * missing grant shows at the first call. CountTokens takes a model, never a profile.
 */
export function modelDenial(
  authorize: Authorize,
  headers: IncomingHttpHeaders,
  { region, model: modelId, operation }: ModelCall,
): string | undefined {
  const calledArn = arnOf(region, modelId);
  const action = ACTIONS[operation];
  if (operation === 'count-tokens') return authorize(headers, action, calledArn);
  const context = { 'bedrock:InferenceProfileArn': calledArn };
  const denials = [
    authorize(headers, action, calledArn),
    ...destinationArns(region, modelId).map((arn) => authorize(headers, action, arn, context)),
  ];
  return denials.find((denial) => denial !== undefined);
}

/** Returns the reason why the caller may not apply a guardrail, or undefined if it may. */
export function guardrailDenial(
  authorize: Authorize,
  headers: IncomingHttpHeaders,
  region: string,
  guardrail: string | undefined,
): string | undefined {
  if (guardrail === undefined) return undefined;
  const arn = guardrail.startsWith('arn:')
    ? guardrail
    : `arn:aws:bedrock:${region}:${ACCOUNT}:guardrail/${guardrail}`;
  return authorize(headers, 'bedrock:ApplyGuardrail', arn);
}

function arnOf(region: string, modelId: string): string {
  if (modelId.startsWith('arn:')) return modelId;
  const { geography } = profileOf({ region, modelId });
  return geography === undefined
    ? `arn:aws:bedrock:${region}::foundation-model/${modelId}`
    : `arn:aws:bedrock:${region}:${ACCOUNT}:inference-profile/${modelId}`;
}

/**
 * Returns the model's ARN in each region where a profile may run a call. The list is empty for a
 * model that is called directly, and for an ARN, which does not contain the model id.
 */
function destinationArns(region: string, modelId: string): readonly string[] {
  const { model, geography } = profileOf({ region, modelId });
  if (geography === undefined || modelId.startsWith('arn:')) return [];
  const regions = geography === GLOBAL_GEOGRAPHY ? [''] : (destinationRegions(geography) ?? []);
  return [region, ...regions].map((each) => `arn:aws:bedrock:${each}::foundation-model/${model}`);
}
