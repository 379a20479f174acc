import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { ParameterTier, StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { Settings } from '../lambda/contract/policy.ts';
import { SettingsError } from '../lambda/contract/schemas/settings.ts';

/** What SSM takes: the standard tier is free, the advanced one costs a few cents a month. */
const STANDARD_BYTES = 4096;
const ADVANCED_BYTES = 8192;

export interface SettingsParameterProps {
  readonly settings: Settings;
}

/** The settings, where every function reads them: an edit takes effect without a deploy. */
export class SettingsParameter extends Construct {
  readonly parameter: StringParameter;

  constructor(scope: Construct, id: string, { settings }: SettingsParameterProps) {
    super(scope, id);
    const stringValue = JSON.stringify(settings);
    const bytes = Buffer.byteLength(stringValue);
    if (bytes > ADVANCED_BYTES) {
      throw new SettingsError('settings', [
        `settings: got ${bytes} bytes of JSON, allowed is at most ${ADVANCED_BYTES}`,
      ]);
    }
    this.parameter = new StringParameter(this, 'Parameter', {
      description: 'Settings of Holdfast as JSON; a wrong edit is refused',
      stringValue,
      tier: bytes > STANDARD_BYTES ? ParameterTier.ADVANCED : ParameterTier.STANDARD,
    });
  }

  grantRead(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['ssm:GetParameter'],
      resourceArns: [this.parameter.parameterArn],
    });
  }
}
