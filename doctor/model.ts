import {
  destinationRegions,
  GEOGRAPHIES,
  GLOBAL_GEOGRAPHY,
  profileOf,
} from '../lambda/contract/geography.ts';
import { type Target, targetKey } from '../lambda/contract/policy.ts';
import type { ModelClient, ModelFailure } from '../lambda/core/router/model-client.ts';
import { CREDENTIALS_FIX, isCredentialsError } from './credentials-error.ts';
import type { Finding, Verdict } from './finding.ts';

const CALL_TIMEOUT_MS = 8_000;

/** Has the model say one token, from the region and by the id that the chain will call it by. */
export async function checkModel(
  models: Pick<ModelClient, 'converse'>,
  target: Target,
  timeoutMs = CALL_TIMEOUT_MS,
): Promise<Finding> {
  const result = await models.converse(
    {
      target,
      messages: [{ role: 'user', text: 'Hi' }],
      inferenceConfig: { maxTokens: 1 },
      jobId: 'doctor',
    },
    timeoutMs,
  );
  const finding = { check: 'model', subject: targetKey(target) } as const;
  if (result.outcome === 'answer') return { ...finding, level: 'good', found: 'answers' };
  if (result.outcome === 'aborted') throw new Error('model call aborted without a signal');
  const { name, kind } = result.failure;
  return { ...finding, found: `${name} (${kind})`, ...remedyOf(result.failure, target) };
}

/** Each target may be busy by itself; when all are, nothing would be served. */
export function checkChain(findings: readonly Finding[]): readonly Finding[] {
  const models = findings.filter(({ check }) => check === 'model');
  if (models.some(({ level }) => level !== 'warning')) return [];
  const found = 'no target answers, so that every job would wait';
  const fix = 'see the line of each model';
  return [{ check: 'model', level: 'bad', subject: 'chain', found, fix }];
}

/** By the router's own classes: what it would call busy is a warning, what it would give up is bad. */
function remedyOf({ kind, name }: ModelFailure, target: Target): Pick<Verdict, 'level' | 'fix'> {
  switch (kind) {
    case 'config':
      return { level: 'bad', fix: configFix(name, target) };
    case 'job':
      return { level: 'bad', fix: 'choose a model that takes text by Converse' };
    case 'network':
      return { level: 'bad', fix: 'check the network, a proxy and the name of the region' };
    case 'quota-minute':
      return {
        level: 'warning',
        fix: 'run again; if it stays, ask for a higher quota of this model',
      };
    case 'quota-day':
      return {
        level: 'warning',
        fix: 'the tokens of the day are used up; an account that called nothing has too low a quota',
      };
    case 'capacity':
    case 'fault':
    case 'timeout':
      return { level: 'warning', fix: 'run again; if it stays, see the AWS Health Dashboard' };
    default:
      return kind satisfies never;
  }
}

function configFix(name: string, target: Target): string {
  if (isCredentialsError(name)) return CREDENTIALS_FIX;
  switch (name) {
    case 'AccessDeniedException':
      return (
        'allow bedrock:InvokeModel for this model and, behind a profile, in each region it leads to; ' +
        'a model new to the account may need its use case form'
      );
    case 'ResourceNotFoundException':
      return 'choose a model that this region has and that has not ended';
    case 'FTUFormNotFilled':
      return 'fill in the use case form of this provider in the Bedrock console';
    case 'ValidationException':
      return `${idFix(target)}; replace a model that has ended`;
    default:
      return 'compare the region and the model id with the model page of the Bedrock console';
  }
}

/** Newer models have no on-demand throughput, and a geography's profile is called from its own. */
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
  return `check the spelling, or call it by an inference profile of this region: ${ids}`;
}
