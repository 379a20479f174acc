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
import { type Settings, type Target, targetKey, targetsOf } from '../lambda/contract/policy.ts';
import { SettingsError } from '../lambda/contract/schemas/settings.ts';
import { isProfile, kindOf } from '../lambda/contract/target-kind.ts';

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
    this.#targets = targetsOf(settings);
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

  /** Have prompts measured, by the models whose window is known. */
  grantCountTokens(grantee: IGrantable): void {
    const targets = this.#targets.filter((target) => modelFacts(target) !== undefined);
    if (targets.length === 0) return;
    Grant.addToPrincipal({
      grantee,
      actions: ['bedrock:CountTokens'],
      resourceArns: unique(targets.map((target) => this.#modelArn(target))),
    });
  }

  /** Read what Bedrock says of the models and profiles: their status and when they end. */
  grantReadLifecycle(grantee: IGrantable): Grant {
    const profiles = this.#targets.filter(isProfile).map((target) => this.#arnOf(target));
    const models = this.#targets.map((target) => this.#modelArn(target));
    const grant = Grant.addToPrincipal({
      grantee,
      actions: ['bedrock:GetFoundationModel'],
      resourceArns: unique(models),
    });
    if (profiles.length === 0) return grant;
    return grant.combine(
      Grant.addToPrincipal({
        grantee,
        actions: ['bedrock:GetInferenceProfile'],
        resourceArns: unique(profiles),
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

  /** The model behind a target, in the target's own region. */
  #modelArn(target: Target): string {
    if (!isProfile(target)) return this.#arnOf(target);
    const { partition } = Stack.of(this);
    return `arn:${partition}:bedrock:${target.region}::foundation-model/${profileOf(target).model}`;
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

function unique(arns: readonly string[]): string[] {
  return [...new Set(arns)];
}
