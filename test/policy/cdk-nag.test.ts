import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { type App, Stack, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { OPTIONAL_PARTS } from '../support/optional-parts.ts';
import { anApp, aStack } from '../support/stack.ts';

describe('the checks of cdk-nag', () => {
  // CDK also prints the findings, in addition to the report that the tests read.
  beforeEach(() => {
    jest.spyOn(console, 'error').mockImplementation(() => {});
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test('find nothing in the stack that it does not suppress with a reason', () => {
    const app = checkedApp();
    aStack({}, app);

    expect(findingsOf(app)).toEqual([]);
  });

  test.each(Object.entries(OPTIONAL_PARTS))('find nothing in a stack with %s', (_, propsIn) => {
    const app = checkedApp();
    aStack(propsIn(new Stack(app, 'Elsewhere')), app);

    expect(findingsOf(app)).toEqual([]);
  });

  test('find a bucket without access logs beside one with a suppression', () => {
    const app = checkedApp();
    const stack = new Stack(app, 'Stack');
    const [suppressed, forgotten] = ['Suppressed', 'Forgotten'].map(
      (id) => new Bucket(stack, id, { enforceSSL: true, encryption: BucketEncryption.S3_MANAGED }),
    );
    if (suppressed) {
      Validations.of(suppressed).acknowledge({ id: 'AwsSolutions-S1', reason: 'for a test' });
    }

    expect(findingsOf(app)).toEqual([`AwsSolutions-S1 ${forgotten?.node.path}/Resource`]);
  });

  test('find a bucket that a user adds, although the stack’s own bucket has a suppression', () => {
    const app = checkedApp();
    new Bucket(aStack({}, app), 'Added');

    expect(findingsOf(app)).toEqual([
      'AwsSolutions-S1 Holdfast/Added/Resource',
      'AwsSolutions-S10 Holdfast/Added/Resource',
    ]);
  });

  test('find a method without authorization that a user adds to the API', () => {
    const app = checkedApp();
    const api = aStack({}, app)
      .node.findAll()
      .find((each) => each instanceof RestApi);
    api?.root.addResource('open').addMethod('GET');

    expect(findingsOf(app)).toEqual([
      'AwsSolutions-APIG4 Holdfast/Default/Api/RestApi/Default/open/GET/Resource',
    ]);
  });
});

function checkedApp(): App {
  const app = anApp();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(), new ServerlessChecks());
  return app;
}

interface Report {
  readonly pluginReports: readonly {
    readonly violations: readonly {
      readonly ruleName: string;
      readonly violatingConstructs: readonly { readonly constructPath: string }[];
    }[];
  }[];
}

/** Returns the errors and warnings, each as a rule and the path of its construct. */
function findingsOf(app: App): string[] {
  try {
    app.synth();
  } catch (error: unknown) {
    if (!/Validation ?failed/i.test(String(error))) throw error;
  }
  const report = readFileSync(join(app.outdir, 'validation-report.json'), 'utf8');
  const { pluginReports }: Report = JSON.parse(report);
  return pluginReports
    .flatMap(({ violations }) => violations)
    .flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => `${ruleName} ${constructPath}`),
    );
}
