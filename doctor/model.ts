import { type Target, targetKey } from '../lambda/contract/policy.ts';
import type { ModelClient, ModelFailure } from '../lambda/core/router/model-client.ts';
import type { Finding } from './finding.ts';

const CALL_TIMEOUT_MS = 10_000;

/** Has the model say one token, from the region and by the id that the chain will call it by. */
export async function checkModel(
  models: Pick<ModelClient, 'converse'>,
  target: Target,
): Promise<Finding> {
  const result = await models.converse(
    {
      target,
      messages: [{ role: 'user', text: 'Hi' }],
      inferenceConfig: { maxTokens: 1 },
      jobId: 'doctor',
    },
    CALL_TIMEOUT_MS,
  );
  const finding = { check: 'model', subject: targetKey(target) } as const;
  if (result.outcome === 'answer') return { ...finding, level: 'good', found: 'answers' };
  if (result.outcome === 'aborted') throw new Error('model call aborted without a signal');
  const { name, kind } = result.failure;
  return { ...finding, found: `${name} (${kind})`, ...remedyOf(result.failure) };
}

/** By the router's own classes: what it would call busy is a warning, what it would give up is bad. */
function remedyOf({ kind, name }: ModelFailure): Pick<Finding, 'level' | 'fix'> {
  if (kind === 'config') return { level: 'bad', fix: FIXES.get(name) ?? OTHER_FIX };
  if (kind === 'network') {
    return { level: 'bad', fix: 'check the network, a proxy and the name of the region' };
  }
  if (kind === 'job') {
    return { level: 'bad', fix: 'choose a model that takes text by Converse' };
  }
  return { level: 'warning', fix: 'run again; if it stays, ask for a higher quota of this model' };
}

const CREDENTIALS_FIX = 'get fresh credentials: `aws sso login`, or set AWS_PROFILE';
const OTHER_FIX = 'compare the region and the model id with the model page of the Bedrock console';

const FIXES: ReadonlyMap<string, string> = new Map([
  [
    'AccessDeniedException',
    'allow bedrock:InvokeModel for this model and, behind a profile, in each region it leads to; ' +
      'a model new to the account may need its use case form',
  ],
  ['ResourceNotFoundException', 'choose a model that this region has and that has not ended'],
  [
    'ValidationException',
    'check the spelling; call a model without on-demand throughput by its inference profile ' +
      '(us., eu., global.); replace one that has ended',
  ],
  ['FTUFormNotFilled', 'fill in the use case form of this provider in the Bedrock console'],
  ['CredentialsProviderError', CREDENTIALS_FIX],
  ['ExpiredTokenException', CREDENTIALS_FIX],
  ['UnrecognizedClientException', CREDENTIALS_FIX],
  ['InvalidSignatureException', CREDENTIALS_FIX],
]);
