import type { Reply } from '../../console/server/loopback.ts';
import { profileOf } from '../../lambda/contract/geography.ts';
import { modelFacts } from '../../lambda/contract/models.ts';
import type { Target } from '../../lambda/contract/policy.ts';
import type { Authorize } from '../iam.ts';
import { ACCOUNT } from '../resources.ts';
import { signedRegion } from './model-call.ts';
import { jsonReply, serviceErrorReply } from './service-error.ts';
import type { Request } from './two-protocol-server.ts';

/** A model is LEGACY for its last six months, which is Bedrock's usual notice. */
const LEGACY_MS = 182 * 86_400_000;

export interface ControlPlaneRequest {
  readonly request: Request;
  readonly pathname: string;
  readonly nowMs: number;
  readonly authorize?: Authorize;
}

/**
 * Answers GetFoundationModel and GetInferenceProfile, the operations of Bedrock's control plane that
 * tell when a model reaches its end of life. Every model exists; its end of life comes from this
 * project's own catalogue. Returns undefined for any other path.
 */
export function controlPlaneReply(input: ControlPlaneRequest): Reply | undefined {
  const [, kind, encoded = ''] = PATH.exec(input.pathname) ?? [];
  if (!kind || input.request.method !== 'GET') return undefined;
  const region = signedRegion(input.request.headers.authorization);
  if (region === undefined) return serviceErrorReply('unsigned');
  const target = { region, modelId: decodeURIComponent(encoded).replace(/^arn:.*\//, '') };
  return kind === 'foundation-models' ? modelReply(input, target) : profileReply(input, target);
}

const PATH = /^\/(foundation-models|inference-profiles)\/([^/]+)$/;

function modelReply({ request, nowMs, authorize }: ControlPlaneRequest, target: Target): Reply {
  const modelArn = `arn:aws:bedrock:${target.region}::foundation-model/${target.modelId}`;
  const denial = authorize?.(request.headers, 'bedrock:GetFoundationModel', modelArn);
  if (denial) return serviceErrorReply('access-denied', { message: denial });
  // The id of a profile is not the id of a model.
  if (profileOf(target).geography) return serviceErrorReply('invalid-model');
  return jsonReply(200, {
    modelDetails: {
      modelArn,
      modelId: target.modelId,
      modelLifecycle: lifecycle(modelFacts(target)?.endOfLife, nowMs),
    },
  });
}

function lifecycle(endOfLife: string | undefined, nowMs: number) {
  if (endOfLife === undefined) return { status: 'ACTIVE' };
  const endOfLifeTime = new Date(endOfLife);
  const legacyTime = new Date(endOfLifeTime.getTime() - LEGACY_MS);
  return { status: legacyTime.getTime() <= nowMs ? 'LEGACY' : 'ACTIVE', legacyTime, endOfLifeTime };
}

function profileReply({ request, authorize }: ControlPlaneRequest, target: Target): Reply {
  const { region, modelId: id } = target;
  const arn = `arn:aws:bedrock:${region}:${ACCOUNT}:inference-profile/${id}`;
  const denial = authorize?.(request.headers, 'bedrock:GetInferenceProfile', arn);
  if (denial) return serviceErrorReply('access-denied', { message: denial });
  const { model, geography } = profileOf(target);
  if (!geography) return serviceErrorReply('invalid-model');
  return jsonReply(200, {
    inferenceProfileName: id,
    inferenceProfileArn: arn,
    inferenceProfileId: id,
    models: [{ modelArn: `arn:aws:bedrock:${region}::foundation-model/${model}` }],
    status: 'ACTIVE',
    type: 'SYSTEM_DEFINED',
  });
}
