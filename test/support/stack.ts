import { readFileSync } from 'node:fs';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { App, type AppProps } from 'aws-cdk-lib/core';
import { DISABLE_CREATION_STACK_TRACES } from 'aws-cdk-lib/cx-api';
import type { Settings, SettingsInput } from '../../lambda/contract/policy.ts';
import { HoldfastStack, type HoldfastStackProps } from '../../lib/holdfast-stack.ts';
import { someSettings } from './settings.ts';

const { context } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'));

/**
 * Builds the app of bin/app.ts without CDK's own checks, which one test runs for all, and without
 * metadata that templates do not contain.
 */
export function anApp(props: AppProps = {}): App {
  return new App({
    context: { ...context, [DISABLE_CREATION_STACK_TRACES]: true },
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
    stackTraces: false,
    treeMetadata: false,
    ...props,
  });
}

/** Returns settings with one target, an inference profile, so that a test can name all grants. */
export function oneTargetSettings(input: Partial<SettingsInput> = {}): Settings {
  const target = { region: 'us-east-1', modelId: 'us.anthropic.claude-sonnet-4-6' };
  return someSettings({
    ...(!input.chains && { tiers: [{ name: 'primary', targets: [target], maxTokens: 1024 }] }),
    ...input,
  });
}

/** Returns the stack. Its handlers are one line of inline code, so tests need no bundles. */
export function aStack(
  props: Partial<HoldfastStackProps> = {},
  app = anApp(),
  id = 'Holdfast',
): HoldfastStack {
  return new HoldfastStack(app, id, {
    settings: oneTargetSettings(),
    code: () => Code.fromInline('export const handler = () => {};'),
    ...props,
  });
}

export function aTemplate(props: Partial<HoldfastStackProps> = {}): Template {
  return Template.fromStack(aStack(props));
}
