import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { ParameterTier, StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { ENV } from '../lambda/contract/env.ts';
import type { Settings } from '../lambda/contract/policy.ts';
import { SettingsError } from '../lambda/contract/schemas/settings.ts';
import type { FunctionEnvironment } from './holdfast-function.ts';

/** SSM's limits of size. The standard tier is free; the advanced tier costs a few cents a month. */
const STANDARD_BYTES = 4096;
const ADVANCED_BYTES = 8192;

export interface SettingsParameterProps {
  /** The settings that the deploy puts in force. */
  readonly settings: Settings;
}

/**
 * Two SSM parameters. Every function reads the settings from the first one, so an edit takes effect
 * without a deploy. The second one holds the settings as deployed. It limits what an edit may
 * change, and functions use it in place of an edit that they refuse.
 */
export class SettingsParameter extends Construct {
  readonly parameter: StringParameter;
  readonly deployed: StringParameter;

  constructor(scope: Construct, id: string, { settings }: SettingsParameterProps) {
    super(scope, id);
    const stringValue = JSON.stringify(settings);
    const bytes = Buffer.byteLength(stringValue);
    if (bytes > ADVANCED_BYTES) {
      throw new SettingsError('settings', [
        `settings: got ${bytes} bytes of JSON, allowed is at most ${ADVANCED_BYTES}`,
      ]);
    }
    const tier = bytes > STANDARD_BYTES ? ParameterTier.ADVANCED : ParameterTier.STANDARD;
    this.deployed = new StringParameter(this, 'Deployed', {
      description: 'Settings of Holdfast as deployed; edit the other parameter to change them',
      stringValue,
      tier,
    });
    this.parameter = new StringParameter(this, 'Parameter', {
      description: 'Settings of Holdfast as JSON; an invalid edit is refused',
      stringValue,
      tier,
    });
    // The deployed copy is updated first: functions refuse a target that is not in it.
    this.parameter.node.addDependency(this.deployed);
  }

  get environment(): FunctionEnvironment {
    return {
      [ENV.settingsParameter]: this.parameter.parameterName,
      [ENV.deployedSettingsParameter]: this.deployed.parameterName,
    };
  }

  /** Grants reading both parameters. */
  grantRead(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['ssm:GetParameters'],
      resourceArns: [this.parameter.parameterArn, this.deployed.parameterArn],
    });
  }
}
