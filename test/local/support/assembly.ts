import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aTemporaryDir } from './temporary-dir.ts';

/** Logical id → resource, as in a template. */
export type Resources = Record<string, { Type: string; Properties?: unknown }>;

export interface AssemblyParts {
  /** Functions: logical id → content of `index.mjs`. */
  readonly code?: Record<string, string>;
  /** Properties of functions, by logical id, merged into the defaults. */
  readonly functionProperties?: Record<string, object>;
  /** All other resources. */
  readonly resources?: Resources;
  readonly outputs?: Record<string, { Value: unknown }>;
  /** Warnings that the synth attached to a construct. */
  readonly warnings?: readonly string[];
}

/** Writes a small cloud assembly as CDK does, and returns its folder. */
export function anAssembly(parts: AssemblyParts = {}): string {
  const dir = aTemporaryDir();
  const { code = {}, functionProperties = {}, resources = {}, outputs = {}, warnings = [] } = parts;
  const files: Record<string, unknown> = {};
  const functions: Resources = {};
  for (const [id, text] of Object.entries(code)) {
    mkdirSync(join(dir, `asset.${id}`));
    writeFileSync(join(dir, `asset.${id}`, 'index.mjs'), text);
    files[id] = { source: { path: `asset.${id}`, packaging: 'zip' } };
    functions[id] = aFunction(id, functionProperties[id]);
  }
  const artifacts = {
    Small: {
      type: 'aws:cloudformation:stack',
      properties: { templateFile: 'Small.template.json' },
      additionalMetadataFile: 'Small.metadata.json',
    },
  };
  const template = { Resources: { ...functions, ...resources }, Outputs: outputs };
  const metadata = {
    '/Small/Models': [
      { type: 'aws:cdk:logicalId', data: 'Models' },
      ...warnings.map((data) => ({ type: 'aws:cdk:warning', data })),
    ],
  };
  write(dir, 'manifest.json', { artifacts });
  write(dir, 'Small.metadata.json', metadata);
  write(dir, 'Small.assets.json', { files });
  write(dir, 'Small.template.json', template);
  return dir;
}

export function aFunction(id: string, properties: object = {}) {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { S3Key: `${id}.zip` },
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
      Timeout: 5,
      ...properties,
    },
  };
}

export function aRole(...statements: object[]) {
  return {
    Type: 'AWS::IAM::Role',
    Properties: { Policies: [{ PolicyDocument: { Statement: statements } }] },
  };
}

function write(dir: string, file: string, content: unknown): void {
  writeFileSync(join(dir, file), JSON.stringify(content));
}
