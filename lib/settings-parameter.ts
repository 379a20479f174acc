import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { ParameterTier, StringParameter } from 'aws-cdk-lib/aws-ssm';
import { type IResolvable, Stack, Token, Tokenization } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ENV } from '../lambda/contract/env.ts';
import type { Settings } from '../lambda/contract/policy.ts';
import { SettingsError } from '../lambda/contract/schemas/settings.ts';
import type { FunctionEnvironment } from './holdfast-function.ts';

/** SSM's largest parameter, in the advanced tier. */
const MAX_BYTES = 8192;

export interface SettingsParameterProps {
  /** The settings that the deploy puts in force. */
  readonly settings: Settings;
}

/**
 * The SSM parameter from which every function reads the settings, so that an edit takes effect without
 * a deploy. The settings as deployed also travel with the code of each function. They limit what an
 * edit may change, and a function that starts uses them if the parameter is refused or unreadable.
 *
 * Throws a SettingsError for settings that a parameter cannot hold.
 */
export class SettingsParameter extends Construct {
  readonly parameter: StringParameter;
  /**
   * The file of the deployed settings. Texts that only CloudFormation knows are replaced by `{{0}}`,
   * `{{1}}` …; the environment has them.
   */
  readonly deployedSettings: string;
  readonly #deployedTexts: string | undefined;

  constructor(scope: Construct, id: string, { settings }: SettingsParameterProps) {
    super(scope, id);
    const stringValue = JSON.stringify(settings);
    checkValue(stringValue);
    const { file, texts } = withoutTokens(stringValue);
    this.deployedSettings = file;
    this.#deployedTexts = texts.length > 0 ? Stack.of(this).toJsonString(texts) : undefined;
    this.parameter = new StringParameter(this, 'Parameter', {
      description: 'Settings of Holdfast as JSON; an invalid edit is refused',
      stringValue,
      // Above 4 KB, SSM uses the advanced tier, which costs $0.05 a month and per 10,000 reads. It never
      // leaves that tier again: a template that then asked for the standard tier could not be deployed.
      tier: ParameterTier.INTELLIGENT_TIERING,
    });
  }

  get environment(): FunctionEnvironment {
    return {
      [ENV.settingsParameter]: this.parameter.parameterName,
      ...(this.#deployedTexts && { [ENV.deployedTexts]: this.#deployedTexts }),
    };
  }

  grantRead(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['ssm:GetParameter'],
      resourceArns: [this.parameter.parameterArn],
    });
  }
}

function checkValue(value: string): void {
  const bytes = Buffer.byteLength(value);
  if (bytes > MAX_BYTES) {
    throw new SettingsError('settings', [
      `settings: got ${bytes} bytes of JSON, allowed is at most ${MAX_BYTES}, the size of an SSM parameter; shorten tenants or tiers[].simplify`,
    ]);
  }
  if (value.includes('{{')) {
    throw new SettingsError('settings', [
      'settings: got a text with {{, allowed is none, because SSM takes it for the name of another parameter',
    ]);
  }
}

/** Separates the tokens of CDK from a text, because the hash of a bundle must be known at synth. */
function withoutTokens(text: string) {
  const texts: string[] = [];
  const file = Tokenization.reverseString(text)
    .mapTokens({
      mapToken: (token: IResolvable) => `{{${texts.push(Token.asString(token)) - 1}}}`,
    })
    .join({ join: (left = '', right = '') => `${left}${right}` });
  return { file, texts };
}
