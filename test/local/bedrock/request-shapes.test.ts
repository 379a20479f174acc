import * as sdk from '@aws-sdk/client-bedrock-runtime';
import { describe, expect, test } from '@jest/globals';
import { REQUEST_SHAPES } from '../../../local/bedrock/request-shapes.ts';
import type { Shape } from '../../../local/bedrock/shape.ts';
import { type SdkField, sdkShape } from '../../support/sdk-shapes.ts';

/** Compares a shape of the fake with that of the SDK, and all shapes within. */
function compare(shape: Shape, field: SdkField, at: string, seen: Set<string>): void {
  if (typeof shape === 'string' || 'oneOf' in shape) {
    expect([at, typeof shape === 'string' ? shape : 'text']).toEqual([at, field.kind]);
  } else if ('list' in shape || 'map' in shape) {
    const [kind, of] = 'list' in shape ? ['list', shape.list] : ['map', shape.map];
    expect([at, field.kind]).toEqual([at, kind]);
    if ('of' in field) compare(of as Shape, field.of, `${at}[]`, seen);
  } else {
    compareFields(shape, field, at, seen);
  }
}

function compareFields(
  shape: Extract<Shape, { name: string }>,
  field: SdkField,
  at: string,
  seen: Set<string>,
): void {
  if (field.kind !== 'shape') throw new Error(`${at} is no structure in the SDK`);
  const known = field.shape();
  if (seen.has(known.name)) return;
  seen.add(known.name);
  const fields = 'union' in shape ? shape.union : shape.fields;
  const required = 'union' in shape ? [] : shape.required;
  const inBody = (names: readonly string[]) => names.filter((name) => name !== 'modelId').sort();
  expect([at, shape.name]).toEqual([at, known.name]);
  expect([at, inBody(Object.keys(fields))]).toEqual([at, inBody(Object.keys(known.fields))]);
  expect([at, inBody(required)]).toEqual([at, inBody(known.required)]);
  for (const [name, each] of Object.entries(fields)) {
    compare(each, known.fields[name] as SdkField, `${at}.${name}`, seen);
  }
}

describe('the requests that the fake knows', () => {
  test.each([
    ['converse', sdk.ConverseRequest$],
    ['converse-stream', sdk.ConverseStreamRequest$],
    ['count-tokens', sdk.CountTokensRequest$],
  ] as const)('have the fields of the SDK: %s', (operation, schema) => {
    const seen = new Set<string>();
    const shape = () => sdkShape(schema);

    compare(REQUEST_SHAPES[operation], { kind: 'shape', shape }, operation, seen);

    expect(seen.size).toBeGreaterThan(operation === 'count-tokens' ? 30 : 40);
  });

  test('have the values of the SDK', () => {
    const values = new Set(valuesIn(REQUEST_SHAPES['converse-stream']).map((each) => each.join()));
    const known = [
      ...[sdk.ImageFormat, sdk.VideoFormat, sdk.AudioFormat, sdk.DocumentFormat],
      ...[sdk.CachePointType, sdk.CacheTTL, sdk.ConversationRole, sdk.ToolResultStatus],
      ...[sdk.ToolUseType, sdk.GuardrailConverseContentQualifier, sdk.GuardrailTrace],
      ...[sdk.GuardrailConverseImageFormat, sdk.GuardrailStreamProcessingMode],
      ...[sdk.OutputFormatType, sdk.PerformanceConfigLatency, sdk.ServiceTierType],
    ].map((each) => Object.values(each).sort().join());
    // The SDK has no list of the efforts, but its types name them.
    const efforts = ['low', 'medium', 'high', 'xhigh', 'max'].sort().join();

    expect(values).toEqual(new Set([...known, efforts]));
  });
});

/** Returns the lists of values in a shape, sorted. */
function valuesIn(shape: Shape): readonly string[][] {
  if (typeof shape === 'string') return [];
  if ('oneOf' in shape) return [[...shape.oneOf].sort()];
  if ('list' in shape) return valuesIn(shape.list);
  if ('map' in shape) return valuesIn(shape.map);
  return Object.values('union' in shape ? shape.union : shape.fields).flatMap(valuesIn);
}
