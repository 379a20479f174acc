import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Annotations, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import {
  destinationRegions,
  GEOGRAPHIES,
  GLOBAL_GEOGRAPHY,
  profileOf,
} from '../lambda/contract/geography.ts';
import { modelFacts } from '../lambda/contract/models.ts';
import { type Settings, type Target, targetKey } from '../lambda/contract/policy.ts';
import { SettingsError } from '../lambda/contract/schemas/settings.ts';

export interface ModelAccessProps {
  readonly settings: Settings;
}

/**
 * The right to call the targets of the settings, and nothing beyond. A call through an inference
 * profile needs the profile where the call is made, and the model wherever it may run; the models
 * are open only to calls through these profiles.
 *
 * Source: Amazon Bedrock user guide, "Geographic cross-Region inference" and "Global cross-Region
 * inference", IAM policy requirements.
 */
export class ModelAccess extends Construct {
  readonly #targets: readonly Target[];

  /** Throws a SettingsError that names each target whose model or destinations are unknown. */
  constructor(scope: Construct, id: string, { settings }: ModelAccessProps) {
    super(scope, id);
    this.#targets = settings.tiers.flatMap((tier) => tier.targets);
    const faults = settings.tiers.flatMap((tier, t) =>
      tier.targets.flatMap((target, i) => faultsOf(target, `tiers[${t}].targets[${i}]`)),
    );
    if (faults.length > 0) throw new SettingsError('settings', faults);
    this.#warnOfEndedModels();
  }

  /** Converse asks for `bedrock:InvokeModel`; the streaming verb stays closed. */
  grantInvoke(grantee: IGrantable): Grant {
    const actions = ['bedrock:InvokeModel'];
    const called = unique(this.#targets.map((target) => this.#arnOf(target)));
    const profiles = this.#targets.filter(isProfile);
    const grant = Grant.addToPrincipal({ grantee, actions, resourceArns: called });
    if (profiles.length === 0) return grant;

    return grant.combine(
      Grant.addToPrincipal({
        grantee,
        actions,
        resourceArns: unique(profiles.flatMap((target) => this.#destinationArns(target))),
        conditions: {
          StringEquals: {
            'bedrock:InferenceProfileArn': unique(profiles.map((target) => this.#arnOf(target))),
          },
        },
      }),
    );
  }

  /** A warning and no error: the rest of the chain serves, and the catalogue may be wrong. */
  #warnOfEndedModels(): void {
    const today = new Date().toISOString().slice(0, 10);
    for (const target of this.#targets) {
      const endOfLife = modelFacts(target)?.endOfLife;
      if (endOfLife === undefined || endOfLife >= today) continue;
      Annotations.of(this).addWarningV2(
        'holdfast:model-end-of-life',
        `${targetKey(target)}: the model reached its end of life on ${endOfLife}, calls to it fail`,
      );
    }
  }

  /** What the call itself names. */
  #arnOf(target: Target): string {
    const { partition, account } = Stack.of(this);
    const { region, modelId } = target;
    const kind = kindOf(target);
    switch (kind) {
      case 'arn':
        return modelId;
      case 'foundation-model':
        return `arn:${partition}:bedrock:${region}::foundation-model/${modelId}`;
      case 'inference-profile':
      case 'application-inference-profile':
        return `arn:${partition}:bedrock:${region}:${account}:${kind}/${modelId}`;
      default:
        return kind satisfies never;
    }
  }

  /** Where the call may run: a region's name is empty in the ARN of a global destination. */
  #destinationArns(target: Target): string[] {
    const { model, geography } = profileOf(target);
    const regions = [target.region];
    if (geography === GLOBAL_GEOGRAPHY) regions.push('');
    else if (geography) regions.push(...(destinationRegions(geography) ?? []));
    const { partition } = Stack.of(this);
    return regions.map((region) => `arn:${partition}:bedrock:${region}::foundation-model/${model}`);
  }
}

function faultsOf(target: Target, field: string): string[] {
  const { geography } = profileOf(target);
  const faults: string[] = [];
  if (geography !== undefined && destinationRegions(geography) === undefined) {
    faults.push(
      `${field}.geography: got ${JSON.stringify(geography)} of ${target.modelId}, ` +
        `allowed is ${GEOGRAPHIES.join(', ')}`,
    );
  }
  if (target.modelId.includes(':application-inference-profile/') && !target.model) {
    faults.push(`${field}.model: got nothing, allowed is the model behind ${target.modelId}`);
  }
  return faults;
}

type TargetKind =
  | 'arn'
  | 'foundation-model'
  | 'inference-profile'
  | 'application-inference-profile';

function kindOf(target: Target): TargetKind {
  if (target.modelId.startsWith('arn:')) return 'arn';
  // An id tells its geography only if Bedrock defined the profile; whoever has to say it, or the
  // model, has a profile of their own.
  const byId = profileOf({ region: target.region, modelId: target.modelId });
  if (byId.geography) return 'inference-profile';
  const { model, geography } = profileOf(target);
  return geography || model !== byId.model ? 'application-inference-profile' : 'foundation-model';
}

function isProfile(target: Target): boolean {
  const kind = kindOf(target);
  return kind === 'arn'
    ? target.modelId.includes('inference-profile/')
    : kind !== 'foundation-model';
}

function unique(arns: readonly string[]): string[] {
  return [...new Set(arns)];
}
