import { readFileSync } from 'node:fs';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { App, type AppProps } from 'aws-cdk-lib/core';
import type { Settings, SettingsInput } from '../../lambda/contract/policy.ts';
import { parseSettings } from '../../lambda/contract/schemas/settings.ts';
import { HoldfastStack, type HoldfastStackProps } from '../../lib/holdfast-stack.ts';

const { context } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'));

/**
 * An app as bin/app.ts makes it, without CDK's own checks (one test runs them for all) and without
 * what a template does not show.
 */
export function anApp(props: AppProps = {}): App {
  return new App({
    context,
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
    stackTraces: false,
    treeMetadata: false,
    ...props,
  });
}

export function someSettings(input: Partial<SettingsInput> = {}): Settings {
  const target = { region: 'us-east-1', modelId: 'us.anthropic.claude-sonnet-4-6' };
  const tiers = [{ name: 'primary', targets: [target], maxTokens: 1024 }];
  return parseSettings({ tiers, ...input }, 'test settings');
}

/** The stack with a line of code for each handler, so that no test waits for a bundle. */
export function aStack(props: Partial<HoldfastStackProps> = {}, app = anApp()): HoldfastStack {
  return new HoldfastStack(app, 'Holdfast', {
    settings: someSettings(),
    code: () => Code.fromInline('export const handler = () => {};'),
    ...props,
  });
}

export function aTemplate(props: Partial<HoldfastStackProps> = {}): Template {
  return Template.fromStack(aStack(props));
}
