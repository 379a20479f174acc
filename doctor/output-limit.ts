import { modelFacts } from '../lambda/contract/models.ts';
import { type Settings, targetKey } from '../lambda/contract/policy.ts';
import type { Finding } from './finding.ts';

/** A tier's cap beyond a model's own limit is refused by Bedrock on every call. */
export function checkOutputLimits({ tiers }: Pick<Settings, 'tiers'>): readonly Finding[] {
  return tiers.flatMap(({ name, targets, maxTokens }) =>
    targets.map((target): Finding => {
      const limit = modelFacts(target)?.maxOutputTokens;
      const finding = { check: 'output-limit', subject: `${name} ${targetKey(target)}` } as const;
      if (limit === undefined) {
        const fix = `compare maxTokens ${maxTokens} with the model's page`;
        return { ...finding, level: 'warning', found: 'limit not known', fix };
      }
      const found = `maxTokens ${maxTokens}, the model allows ${limit}`;
      if (maxTokens <= limit) return { ...finding, level: 'good', found };
      return { ...finding, level: 'bad', found, fix: `set maxTokens to ${limit} or less` };
    }),
  );
}
