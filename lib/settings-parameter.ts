import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { ParameterTier, StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { ENV, type EnvName } from '../lambda/contract/env.ts';
import type { Settings } from '../lambda/contract/policy.ts';
import { SettingsError } from '../lambda/contract/schemas/settings.ts';

/** What SSM takes: the standard tier is free, the advanced one costs a few cents a month. */
const STANDARD_BYTES = 4096;
const ADVANCED_BYTES = 8192;

export interface SettingsParameterProps {
  readonly settings: Settings;
}

/**
 * The settings, where every function reads them: an edit takes effect without a deploy. Beside them
 * lies what was deployed: it bounds what an edit may ask for, and takes over for one that is refused.
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
      description: 'Settings of Holdfast as deployed; to change them edit the other parameter',
      ...{ stringValue, tier },
    });
    this.parameter = new StringParameter(this, 'Parameter', {
      description: 'Settings of Holdfast as JSON; a wrong edit is refused',
      ...{ stringValue, tier },
    });
    // A target that a deploy adds has to be known as deployed before it is in force.
    this.parameter.node.addDependency(this.deployed);
  }

  /** What a function has to be told of it. */
  get environment(): Partial<Readonly<Record<EnvName, string>>> {
    return {
      [ENV.settingsParameter]: this.parameter.parameterName,
      [ENV.deployedSettingsParameter]: this.deployed.parameterName,
    };
  }

  grantRead(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['ssm:GetParameters'],
      resourceArns: [this.parameter.parameterArn, this.deployed.parameterArn],
    });
  }
}
