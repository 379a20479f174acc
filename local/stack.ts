import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import {
  type Addresses,
  identify,
  PSEUDO_PARAMETERS,
  physicalNames,
  refuseUnknownTypes,
} from './resources.ts';
import { createEvaluator, type Identity, parseTemplate } from './template.ts';

export interface StackResource<Properties> {
  readonly logicalId: string;
  /** The value of `Ref`: a name, an id, or a queue's URL. */
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly properties: Properties;
}

/** The synthesized stack with its intrinsic functions resolved. */
export interface Stack {
  /** Returns all resources of a type. The schema checks and types their properties. */
  resources<Schema extends z.ZodType>(
    type: string,
    schema: Schema,
  ): StackResource<z.output<Schema>>[];
  outputs(): Record<string, string>;
  /** The warnings of the synth, for example of a model past its end of life. */
  readonly warnings: readonly string[];
  /** Returns the folder of a file asset, given the key in `Code.S3Key`. */
  assetDir(s3Key: string): string;
}

/**
 * Reads a cloud assembly. Names and ARNs of all resources are known before any property is resolved,
 * so resources can refer to each other in any order and in cycles.
 */
export function readStack(assemblyDir: string, addresses: Addresses): Stack {
  const { templateFile, assets, warnings } = readAssembly(assemblyDir);
  const template = parseTemplate(readFileSync(join(assemblyDir, templateFile), 'utf8'));
  const names = physicalNames(Object.keys(template.Resources));
  const identities = new Map<string, Identity>();
  for (const [logicalId, { Type }] of Object.entries(template.Resources)) {
    identities.set(logicalId, identify(Type, names.get(logicalId) ?? logicalId, addresses));
  }
  const { resolve, holds } = createEvaluator(template, PSEUDO_PARAMETERS, (logicalId) =>
    identities.get(logicalId),
  );
  const existing = Object.entries(template.Resources).filter(([, each]) => holds(each.Condition));
  refuseUnknownTypes(
    Object.fromEntries(existing.map(([logicalId, { Type }]) => [logicalId, Type])),
  );

  return {
    resources: (type, schema) =>
      existing
        .filter(([, { Type }]) => Type === type)
        .map(([logicalId, { Properties }]) => ({
          logicalId,
          ref: identities.get(logicalId)?.ref ?? logicalId,
          attributes: identities.get(logicalId)?.attributes ?? {},
          properties: parseProperties(schema, resolve(Properties), `${type} ${logicalId}`),
        })),
    outputs: () =>
      Object.fromEntries(
        Object.entries(template.Outputs).map(([name, { Value }]) => [name, String(resolve(Value))]),
      ),
    warnings,
    assetDir: (s3Key) => {
      const path = assets[s3Key.replace(/\.zip$/, '')]?.source.path;
      if (path === undefined) throw new Error(`cloud assembly: no asset ${s3Key}`);
      return join(assemblyDir, path);
    },
  };
}

const manifest = z.looseObject({
  artifacts: z.record(
    z.string(),
    z.looseObject({
      type: z.string(),
      properties: z.looseObject({ templateFile: z.string().optional() }).optional(),
      additionalMetadataFile: z.string().optional(),
    }),
  ),
});

/** The synth's messages, by construct path. */
const metadata = z.record(
  z.string(),
  z.array(z.looseObject({ type: z.string(), data: z.unknown() })),
);

const assetManifest = z.looseObject({
  files: z.record(z.string(), z.looseObject({ source: z.looseObject({ path: z.string() }) })),
});

function readAssembly(assemblyDir: string) {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(assemblyDir, file), 'utf8'));
  const stacks = Object.entries(manifest.parse(read('manifest.json')).artifacts).filter(
    ([, { type }]) => type === 'aws:cloudformation:stack',
  );
  const [stack] = stacks;
  const templateFile = stack?.[1].properties?.templateFile;
  if (!stack || !templateFile || stacks.length > 1) {
    throw new Error(`cloud assembly: got ${stacks.length} stacks, allowed is one`);
  }
  const [stackId, { additionalMetadataFile }] = stack;
  const assets = assetManifest.parse(read(`${stackId}.assets.json`)).files;
  const warnings = additionalMetadataFile ? warningsOf(read(additionalMetadataFile)) : [];
  return { templateFile, assets, warnings };
}

/** Returns the warnings without the id that CDK appends: ` [ack: holdfast:model-end-of-life]`. */
function warningsOf(content: unknown): string[] {
  return Object.values(metadata.parse(content))
    .flat()
    .filter(({ type }) => type === 'aws:cdk:warning')
    .map(({ data }) => String(data).replace(/ \[ack: \S+\]$/, ''));
}

function parseProperties<Schema extends z.ZodType>(
  schema: Schema,
  properties: unknown,
  source: string,
): z.output<Schema> {
  const result = schema.safeParse(properties);
  if (result.success) return result.data;
  throw new Error(`${source} cannot be emulated: ${z.prettifyError(result.error)}`);
}
