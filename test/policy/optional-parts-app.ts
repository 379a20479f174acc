/** A CDK app with every optional part, for `npm run lint:template`. */
import { Stack } from 'aws-cdk-lib/core';
import { OPTIONAL_PARTS } from '../support/optional-parts.ts';
import { anApp, aStack } from '../support/stack.ts';

const app = anApp();
for (const [index, propsIn] of Object.values(OPTIONAL_PARTS).entries()) {
  aStack(propsIn(new Stack(app, `Elsewhere${index}`)), app, `Holdfast${index}`);
}
