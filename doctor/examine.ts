import { BedrockCatalogue } from '../lambda/aws/bedrock-catalogue.ts';
import { BedrockModelClient } from '../lambda/aws/bedrock-model-client.ts';
import { systemClock } from '../lambda/aws/system-clock.ts';
import { type Settings, targetsOf } from '../lambda/contract/policy.ts';
import type { Finding } from './finding.ts';
import { checkLifecycle } from './lifecycle.ts';
import { checkModel } from './model.ts';
import { checkNode } from './node.ts';
import { checkOutputLimits } from './output-limit.ts';

/** All checks, those that call Bedrock side by side. */
export async function examine(settings: Settings): Promise<readonly Finding[]> {
  const models = new BedrockModelClient({ clock: systemClock });
  const catalogue = new BedrockCatalogue();
  try {
    const answers = targetsOf(settings).flatMap((target) => [
      checkModel(models, target),
      checkLifecycle(catalogue, target, systemClock.now()),
    ]);
    const local = [checkNode(process.versions.node), ...checkOutputLimits(settings)];
    return [...local, ...(await Promise.all(answers))];
  } finally {
    models.destroy();
  }
}
