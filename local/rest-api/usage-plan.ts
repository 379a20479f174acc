import { z } from 'zod';
import type { Stack } from '../stack.ts';

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly value: string;
}

/** The reason why a request is refused, as a type of gateway response. */
export type KeyRefusal = 'INVALID_API_KEY' | 'THROTTLED' | 'QUOTA_EXCEEDED';

export interface UsagePlan {
  /** Counts a request against the key with this value. Returns the key, or the reason for a refusal. */
  admit(value: string | undefined, nowMs: number): ApiKey | KeyRefusal;
  readonly keys: readonly ApiKey[];
}

const PERIOD_MS = { DAY: 86_400_000, WEEK: 7 * 86_400_000, MONTH: 30 * 86_400_000 } as const;

const usagePlan = z.looseObject({
  ApiStages: z.array(z.looseObject({ ApiId: z.string() })).default([]),
  Throttle: z
    .looseObject({ RateLimit: z.coerce.number(), BurstLimit: z.coerce.number() })
    .optional(),
  Quota: z
    .looseObject({ Limit: z.coerce.number(), Period: z.enum(['DAY', 'WEEK', 'MONTH']) })
    .optional(),
});
type Limits = Pick<z.infer<typeof usagePlan>, 'Throttle' | 'Quota'>;

const usagePlanKey = z.looseObject({ KeyId: z.string(), UsagePlanId: z.string() });

/**
 * Reads the plan that admits the API's keys. The value of the template's first key is `local`. The
 * embedded run adds a second key, `local-2`, under the same plan, so that you can try two tenants.
 */
export function readUsagePlan(stack: Stack, restApiId: string): UsagePlan {
  const plan = stack
    .resources('AWS::ApiGateway::UsagePlan', usagePlan)
    .find(({ properties }) => properties.ApiStages.some(({ ApiId }) => ApiId === restApiId));
  const planKey = stack
    .resources('AWS::ApiGateway::UsagePlanKey', usagePlanKey)
    .find(({ properties }) => properties.UsagePlanId === plan?.ref);
  // As in AWS, the API refuses a key without a usage plan.
  if (!plan || !planKey) return createUsagePlan([], {});
  const keys = [
    { id: planKey.properties.KeyId, name: 'local', value: 'local' },
    { id: 'local-2', name: 'local-2', value: 'local-2' },
  ];
  return createUsagePlan(keys, plan.properties);
}

interface Usage {
  readonly key: ApiKey;
  tokens: number;
  refilledAtMs: number;
  periodStartMs: number;
  used: number;
}

export function createUsagePlan(keys: readonly ApiKey[], { Throttle, Quota }: Limits): UsagePlan {
  const usages = new Map<string, Usage>(
    keys.map((key) => [
      key.value,
      { key, tokens: Throttle?.BurstLimit ?? 0, refilledAtMs: 0, periodStartMs: 0, used: 0 },
    ]),
  );
  return {
    keys,
    admit: (value, nowMs) => {
      const usage = usages.get(value ?? '');
      if (!usage) return 'INVALID_API_KEY';
      if (Throttle && !takeToken(usage, Throttle, nowMs)) return 'THROTTLED';
      if (Quota && !takeQuota(usage, Quota, nowMs)) return 'QUOTA_EXCEEDED';
      return usage.key;
    },
  };
}

function takeToken(usage: Usage, limit: NonNullable<Limits['Throttle']>, nowMs: number): boolean {
  const elapsedSeconds = (nowMs - usage.refilledAtMs) / 1000;
  usage.tokens = Math.min(limit.BurstLimit, usage.tokens + elapsedSeconds * limit.RateLimit);
  usage.refilledAtMs = nowMs;
  if (usage.tokens < 1) return false;
  usage.tokens--;
  return true;
}

function takeQuota(usage: Usage, limit: NonNullable<Limits['Quota']>, nowMs: number): boolean {
  if (nowMs - usage.periodStartMs >= PERIOD_MS[limit.Period]) {
    usage.periodStartMs = nowMs;
    usage.used = 0;
  }
  if (usage.used >= limit.Limit) return false;
  usage.used++;
  return true;
}
