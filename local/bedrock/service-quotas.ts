import { z } from 'zod';
import type { Reply } from '../../console/server/loopback.ts';
import { GEOGRAPHIES, GLOBAL_GEOGRAPHY } from '../../lambda/contract/geography.ts';
import {
  type ListedQuota,
  MODELS_WITH_QUOTA_NAMES,
  type QuotaName,
  quotaNameOf,
  TOKENS_PER_DAY,
} from '../../lambda/contract/quota-names.ts';
import type { Authorize } from '../iam.ts';
import { parseJson } from '../json.ts';
import { applies, type QuotaRule } from './fault-rule.ts';
import type { ListedFault } from './faults.ts';
import { jsonReply } from './service-error.ts';
import type { Request } from './two-protocol-server.ts';

const TARGET = 'ServiceQuotasV20190624.ListServiceQuotas';
const MOST_PER_PAGE = 100;

export interface ServiceQuotasRequest {
  readonly headers: Request['headers'];
  readonly body: string;
  readonly faults: readonly ListedFault[];
  readonly nowMs: number;
  readonly authorize?: Authorize;
}

/** Returns true for ListServiceQuotas, the only operation of Service Quotas that is served. */
export function listsQuotas({ method, headers }: Request): boolean {
  return method === 'POST' && headers['x-amz-target'] === TARGET;
}

/**
 * Answers ListServiceQuotas: the account has the quotas that the faults `quota` enforce now. Without such a
 * fault it has none, because nothing limits its calls.
 */
export function serviceQuotasReply(request: ServiceQuotasRequest): Reply {
  const { headers, body, faults, nowMs, authorize } = request;
  const fail = (status: number, __type: string, message: string) =>
    jsonReply(status, { __type, message });
  const region = REGION_OF_SIGNATURE.exec(headers.authorization ?? '')?.[1];
  if (region === undefined) {
    return fail(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const denial = authorize?.(headers, 'servicequotas:ListServiceQuotas', '*');
  if (denial) return fail(403, 'AccessDeniedException', denial);
  const parsed = listRequest.safeParse(parseJson(body));
  if (!parsed.success) return fail(400, 'IllegalArgumentException', z.prettifyError(parsed.error));
  const { ServiceCode, MaxResults, NextToken } = parsed.data;
  if (ServiceCode !== 'bedrock') {
    return fail(400, 'NoSuchResourceException', `service ${ServiceCode} is not emulated`);
  }
  const quotas = quotasOf(faults, region, nowMs);
  const end = NextToken + MaxResults;
  return jsonReply(200, {
    Quotas: quotas.slice(NextToken, end).map(({ code, name, value }) => ({
      ServiceCode,
      QuotaCode: code,
      QuotaName: name,
      Value: value,
    })),
    ...(end < quotas.length && { NextToken: `${end}` }),
  });
}

const REGION_OF_SIGNATURE = /Credential=[^/]+\/\d+\/([^/]+)\/servicequotas\/aws4_request/;

const listRequest = z.looseObject({
  ServiceCode: z.string(),
  MaxResults: z.int().min(1).max(MOST_PER_PAGE).default(MOST_PER_PAGE),
  NextToken: z
    .string()
    .regex(/^\d{1,4}$/)
    .default('0')
    .transform(Number),
});

/** The prefixes of the ids that are charged to one quota: none, those of geographies, and `global.`. */
const PREFIXES: readonly (readonly string[])[] = [
  [''],
  GEOGRAPHIES.filter((each) => each !== GLOBAL_GEOGRAPHY).map((each) => `${each}.`),
  [`${GLOBAL_GEOGRAPHY}.`],
];

function quotasOf(
  faults: readonly ListedFault[],
  region: string,
  nowMs: number,
): readonly ListedQuota[] {
  const quotas = MODELS_WITH_QUOTA_NAMES.flatMap((model) =>
    PREFIXES.flatMap((prefixes) => {
      const modelIds = prefixes.map((prefix) => `${prefix}${model}`);
      const rules = modelIds.flatMap((modelId) => rulesFor(faults, region, modelId, nowMs));
      const target = { region, modelId: modelIds[0] ?? model };
      return [
        ...listed(quotaNameOf(target, 'tokens'), rules, 'tokensPerMinute'),
        ...listed(quotaNameOf(target, 'requests'), rules, 'requestsPerMinute'),
      ];
    }),
  );
  const ofRegion = MODELS_WITH_QUOTA_NAMES.flatMap((model) =>
    PREFIXES.flat().flatMap((prefix) => rulesFor(faults, region, `${prefix}${model}`, nowMs)),
  );
  return [...quotas, ...listed(TOKENS_PER_DAY, ofRegion, 'tokensPerDay')];
}

/** Returns the rules that limit every call to the model, whatever its prompt. */
function rulesFor(
  faults: readonly ListedFault[],
  region: string,
  model: string,
  nowMs: number,
): readonly QuotaRule[] {
  const call = { region, model, operation: 'converse', prompt: '' } as const;
  return faults
    .filter(({ rule, setAtMs }) => applies(rule, call, nowMs - setAtMs))
    .map(({ rule }) => rule)
    .filter((rule) => rule.fault === 'quota')
    .filter(({ probability = 1 }) => probability === 1);
}

/** Returns the lowest limit of the rules in the form of a quota, or nothing if they have none. */
function listed(
  quota: QuotaName | undefined,
  rules: readonly QuotaRule[],
  limit: 'tokensPerMinute' | 'requestsPerMinute' | 'tokensPerDay',
): readonly ListedQuota[] {
  const values = rules.flatMap((rule) => {
    const { [limit]: value, minuteSeconds = 60 } = rule;
    return value === undefined ? [] : [(value * 60) / minuteSeconds];
  });
  if (!quota || values.length === 0) return [];
  return [{ name: quota.name, code: quota.code ?? 'L-LOCAL', value: Math.min(...values) }];
}
