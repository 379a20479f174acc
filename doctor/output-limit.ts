import { modelFacts } from '../lambda/contract/models.ts';
import { type Settings, targetKey } from '../lambda/contract/policy.ts';
import type { Finding } from './finding.ts';

/** Checks each tier's maxTokens: above the limit of a model, Bedrock refuses every call. */
export function checkOutputLimits({ tiers }: Pick<Settings, 'tiers'>): readonly Finding[] {
  return tiers.flatMap(({ name, targets, maxTokens }) =>
    targets.map((target): Finding => {
      const limit = modelFacts(target)?.maxOutputTokens;
      const finding = { check: 'output-limit', subject: `${name} ${targetKey(target)}` } as const;
      if (limit === undefined) {
        const found = "the model's output limit is not known here";
        const fix = `check on the model's page that it allows maxTokens ${maxTokens}`;
        return { ...finding, level: 'warning', found, fix };
      }
      const found = `maxTokens is ${maxTokens}, and the model allows ${limit}`;
      if (maxTokens <= limit) return { ...finding, level: 'good', found };
      return { ...finding, level: 'bad', found, fix: `set maxTokens to ${limit} or less` };
    }),
  );
}
