import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Annotations, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { targetsOf } from '../lambda/contract/chains.ts';
import {
  destinationRegions,
  GEOGRAPHIES,
  GLOBAL_GEOGRAPHY,
  profileOf,
} from '../lambda/contract/geography.ts';
import { guardrailsOf, type RegionalGuardrail } from '../lambda/contract/guardrails.ts';
import { capabilitiesOf, modelFacts } from '../lambda/contract/models.ts';
import { type Settings, type Target, targetKey } from '../lambda/contract/policy.ts';
import { SettingsError } from '../lambda/contract/schemas/settings.ts';
import { isProfile, kindOf } from '../lambda/contract/target-kind.ts';

export interface ModelAccessProps {
  /** The settings whose targets may be called. */
  readonly settings: Settings;
}

/**
 * Grants calling the targets of the settings and no other model. A call through an inference
 * profile needs a grant for the profile in the caller's region, and one for the model in every
 * region that the profile may route to. The model grants hold only for calls through the profiles.
 *
 * Source: Amazon Bedrock user guide, "Geographic cross-Region inference" and "Global cross-Region
 * inference", IAM policy requirements.
 */
export class ModelAccess extends Construct {
  readonly #targets: readonly Target[];
  readonly #guardrails: readonly RegionalGuardrail[];

  /** Throws a SettingsError that names each target with an unknown model or unknown destinations. */
  constructor(scope: Construct, id: string, { settings }: ModelAccessProps) {
    super(scope, id);
    this.#targets = targetsOf(settings);
    this.#guardrails = guardrailsOf(settings);
    const faults = this.#targets.flatMap(faultsOf);
    if (faults.length > 0) throw new SettingsError('settings', faults);
    this.#warnOfEndedModels();
  }

  /**
   * Grants calls with ConverseStream and with Converse. Each target gets both, so that a change of
   * its `capabilities.streams` needs no new policy.
   */
  grantInvoke(grantee: IGrantable): Grant {
    const actions = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'];
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

  /** Grants counting the tokens of a prompt with each model whose context window is known. */
  grantCountTokens(grantee: IGrantable): void {
    const targets = this.#targets.filter((target) =>
      Number.isFinite(capabilitiesOf(target).contextWindow),
    );
    if (targets.length === 0) return;
    Grant.addToPrincipal({
      grantee,
      actions: ['bedrock:CountTokens'],
      resourceArns: unique(targets.map((target) => this.#modelArn(target))),
    });
  }

  /**
   * Grants applying the guardrails of the settings. A guardrail that a job names by its own id is not
   * among them: the owner of the stack grants it, or its calls count as refused.
   */
  grantApplyGuardrails(grantee: IGrantable): void {
    if (this.#guardrails.length === 0) return;
    const { partition, account } = Stack.of(this);
    const arnOf = ({ region, id }: RegionalGuardrail) =>
      id.startsWith('arn:') ? id : `arn:${partition}:bedrock:${region}:${account}:guardrail/${id}`;
    Grant.addToPrincipal({
      grantee,
      actions: ['bedrock:ApplyGuardrail'],
      resourceArns: unique(this.#guardrails.map(arnOf)),
    });
  }

  /** Grants reading the lifecycle status and the end of life of the models and profiles. */
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

  /**
   * Warns of each model past its end of life. Synth does not fail, because the other targets still
   * serve and the catalogue may be outdated.
   */
  #warnOfEndedModels(): void {
    const today = new Date().toISOString().slice(0, 10);
    for (const target of this.#targets) {
      const endOfLife = modelFacts(target)?.endOfLife;
      if (endOfLife === undefined || endOfLife >= today) continue;
      Annotations.of(this).addWarningV2(
        'holdfast:model-end-of-life',
        `${targetKey(target)}: the model reached its end of life on ${endOfLife}, so calls to it fail`,
      );
    }
  }

  /** Returns the ARN that a call names: the model's, or the profile's. */
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

  /** Returns the ARN of the model behind a target, in the target's own region. */
  #modelArn(target: Target): string {
    if (!isProfile(target)) return this.#arnOf(target);
    const { partition } = Stack.of(this);
    return `arn:${partition}:bedrock:${target.region}::foundation-model/${profileOf(target).model}`;
  }

  /**
   * Returns the model's ARN in each region that a profile may route to. The ARN of a global
   * destination has an empty region.
   */
  #destinationArns(target: Target): string[] {
    const { model, geography } = profileOf(target);
    const regions = [target.region];
    if (geography === GLOBAL_GEOGRAPHY) regions.push('');
    else if (geography) regions.push(...(destinationRegions(geography) ?? []));
    const { partition } = Stack.of(this);
    return regions.map((region) => `arn:${partition}:bedrock:${region}::foundation-model/${model}`);
  }
}

function faultsOf(target: Target): string[] {
  const { geography } = profileOf(target);
  const field = `target ${targetKey(target)}`;
  const faults: string[] = [];
  if (geography !== undefined && destinationRegions(geography) === undefined) {
    faults.push(
      `${field}: got geography ${JSON.stringify(geography)}, ` +
        `allowed is ${GEOGRAPHIES.join(', ')}`,
    );
  }
  if (target.modelId.includes(':application-inference-profile/') && !target.model) {
    faults.push(
      `${field}: got no model, allowed is the id of the model behind the inference profile`,
    );
  }
  return faults;
}

function unique(arns: readonly string[]): string[] {
  return [...new Set(arns)];
}
