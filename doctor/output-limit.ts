import { tierKey, tiersOf } from '../lambda/contract/chains.ts';
import { capabilitiesOf } from '../lambda/contract/models.ts';
import { type Settings, targetKey } from '../lambda/contract/policy.ts';
import type { Finding } from './finding.ts';

/** Checks each tier's maxTokens: above the limit of a model, Bedrock refuses every call. */
export function checkOutputLimits(settings: Pick<Settings, 'chains'>): readonly Finding[] {
  return tiersOf(settings).flatMap(({ chain, tier }) => {
    const { targets, maxTokens } = tier;
    return targets.map((target): Finding => {
      const limit = capabilitiesOf(target).maxOutputTokens;
      const subject = `${tierKey({ chain, tier })} ${targetKey(target)}`;
      const finding = { check: 'output-limit', subject } as const;
      if (limit === Number.POSITIVE_INFINITY) {
        const found = "the model's output limit is not known here";
        const fix = `check on the model's page that it allows maxTokens ${maxTokens}`;
        return { ...finding, level: 'warning', found, fix };
      }
      const found = `maxTokens is ${maxTokens}, and the model allows ${limit}`;
      if (maxTokens <= limit) return { ...finding, level: 'good', found };
      return { ...finding, level: 'bad', found, fix: `set maxTokens to ${limit} or less` };
    });
  });
}
