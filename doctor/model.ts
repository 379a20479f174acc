import { userMessage } from '../lambda/contract/conversation.ts';
import {
  destinationRegions,
  GEOGRAPHIES,
  GLOBAL_GEOGRAPHY,
  profileOf,
} from '../lambda/contract/geography.ts';
import { isStreamed } from '../lambda/contract/models.ts';
import { type Settings, type Target, targetKey } from '../lambda/contract/policy.ts';
import type { ModelClient, ModelFailure } from '../lambda/core/router/model-client.ts';
import { CREDENTIALS_FIX, NETWORK_FIX } from './aws-query.ts';
import { isCredentialsError } from './credentials-errors.ts';
import type { CheckResult, Finding } from './finding.ts';
import { testCall } from './test-call.ts';

const CALL_TIMEOUT_MS = 8_000;

/** The share of the call's time for the first token. The rest shows whether the stream stalls. */
const FIRST_TOKEN_SHARE = 0.75;

/** Returns the IAM action that a call of the target needs. */
export function modelAction(target: Target): string {
  return isStreamed(target) ? 'bedrock:InvokeModelWithResponseStream' : 'bedrock:InvokeModel';
}

/** Calls the model for one token. */
export async function checkModel(
  models: Pick<ModelClient, 'converse'>,
  target: Target,
  timeoutMs = CALL_TIMEOUT_MS,
): Promise<Finding> {
  const conversation = { messages: [userMessage('Hi')], inferenceConfig: { maxTokens: 1 } };
  const result = await testCall(models, target, conversation, {
    firstTokenMs: timeoutMs * FIRST_TOKEN_SHARE,
    stallMs: timeoutMs * (1 - FIRST_TOKEN_SHARE),
    answerMs: timeoutMs,
  });
  const finding = { check: 'model', subject: targetKey(target) } as const;
  if (result.outcome === 'answer')
    return { ...finding, level: 'good', found: 'answered a test call' };
  const { name, kind } = result.failure;
  const found = `the call failed with ${name} (${kind})`;
  return { ...finding, found, ...remedyOf(result.failure, target) };
}

/**
 * Returns a bad finding for each chain whose targets all have a warning, because none of its jobs
 * would be served.
 */
export function checkChains(
  { chains }: Pick<Settings, 'chains'>,
  findings: readonly Finding[],
): readonly Finding[] {
  const models = findings.filter(({ check }) => check === 'model');
  return Object.entries(chains).flatMap(([chain, { tiers }]): readonly Finding[] => {
    const keys = tiers.flatMap(({ targets }) => targets.map(targetKey));
    const own = models.filter(({ subject }) => keys.includes(subject));
    if (own.some(({ level }) => level !== 'warning')) return [];
    const found = 'no target answers, so every job of the chain would wait';
    const fix = 'follow the fix of each model above';
    return [{ check: 'model', level: 'bad', subject: `chain ${chain}`, found, fix }];
  });
}

/** Returns `warning` for a target that is throttled, busy, slow or failing, and `bad` otherwise. */
function remedyOf(
  { kind, name, accountLacks }: ModelFailure,
  target: Target,
): Pick<CheckResult, 'level' | 'fix'> {
  if (accountLacks) return { level: 'bad', fix: ACCOUNT_FIXES[accountLacks] };
  switch (kind) {
    case 'config':
      return { level: 'bad', fix: configFix(name, target) };
    case 'job':
      return { level: 'bad', fix: jobFix(target) };
    case 'network':
      return { level: 'bad', fix: NETWORK_FIX };
    case 'quota-minute':
      return {
        level: 'warning',
        fix: 'run the doctor again; if the failure persists, request a higher quota for this model',
      };
    case 'quota-day':
      return {
        level: 'warning',
        fix: 'wait for the next day; if this account made no calls today, request a higher daily quota',
      };
    case 'capacity':
    case 'fault':
    case 'timeout':
      return {
        level: 'warning',
        fix: 'run the doctor again; if the failure persists, see the AWS Health Dashboard',
      };
    case 'broken-stream':
      return {
        level: 'warning',
        fix: `run the doctor again; if the failure persists, check whether a proxy cuts long responses, or set ${WITHOUT_STREAMS}`,
      };
    case 'model-error':
      return {
        level: 'warning',
        fix: 'run the doctor again; if the failure persists, choose another model',
      };
    default:
      return kind satisfies never;
  }
}

const WAIT = 'this takes up to 15 minutes; then run the doctor again';

/** What to do once for the account before it may call a new model. */
const ACCOUNT_FIXES = {
  'use-case-form':
    'fill in the use case form of the model provider: Bedrock console, Model catalog, this model; ' +
    WAIT,
  subscription:
    'run the doctor as an administrator who has aws-marketplace:Subscribe and aws-marketplace:ViewSubscriptions ' +
    '(its first call of each model subscribes the account, which needs a valid means of payment); ' +
    `do not grant them to the worker's role; ${WAIT}`,
} as const;

const WITHOUT_STREAMS = "the target's capabilities.streams to 'no'";

function jobFix(target: Target): string {
  const fix = 'choose a model that accepts text through the Converse API';
  return isStreamed(target) ? `${fix}; if it cannot stream, set ${WITHOUT_STREAMS}` : fix;
}

function configFix(name: string, target: Target): string {
  if (isCredentialsError(name)) return CREDENTIALS_FIX;
  switch (name) {
    case 'AccessDeniedException':
      return (
        `allow ${modelAction(target)} for this model and, if it is called through a profile, in each region of the profile; ` +
        'a model that is new to the account may need a use case form'
      );
    case 'ResourceNotFoundException':
      return 'choose a model that this region offers and that has not reached its end of life';
    case 'FTUFormNotFilled':
      return ACCOUNT_FIXES['use-case-form'];
    case 'ValidationException':
      return `${idFix(target)}; if the model has reached its end of life, replace it`;
    default:
      return 'compare the region and the model id with the model page in the Bedrock console';
  }
}

/**
 * Returns the fix for a wrong id. Newer models can only be called through an inference profile, and
 * only from a region of the profile's geography.
 */
function idFix(target: Target): string {
  const { model, geography } = profileOf(target);
  const fitsRegion =
    geography !== undefined && destinationRegions(geography)?.includes(target.region);
  if (fitsRegion || geography === GLOBAL_GEOGRAPHY || target.modelId.startsWith('arn:')) {
    return 'check the spelling of the id, and that its profile is offered in this region';
  }
  const profiles = GEOGRAPHIES.filter(
    (each) => each === GLOBAL_GEOGRAPHY || destinationRegions(each)?.includes(target.region),
  );
  const ids = profiles.map((each) => `${each}.${model}`).join(' or ');
  return `check the spelling of the id, or use an inference profile of this region: ${ids}`;
}
