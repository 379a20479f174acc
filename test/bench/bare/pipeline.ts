import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** The route, the queue and the table of the bare pipeline. */
export const BARE = { path: '/bare', queue: 'BareQueue', table: 'Holdfast-BareTable' } as const;

/**
 * Adds a bare pipeline to a synthesized stack: a route, two functions, a table, a queue, a bucket and
 * an event bus. It moves the same jobs without Holdfast. Both run in one embedded run, on the same
 * servers and in the same kind of sandbox.
 */
export function addBarePipeline(assemblyDir: string, modelId: string): void {
  const [templateFile = ''] = readdirSync(assemblyDir).filter((name) =>
    name.endsWith('.template.json'),
  );
  const assetsFile = templateFile.replace('.template.', '.assets.');
  edit(join(assemblyDir, templateFile), (template) => {
    const resources = template.Resources as Record<string, Resource>;
    return { ...template, Resources: { ...resources, ...bareResources(resources, modelId) } };
  });
  edit(join(assemblyDir, assetsFile), (assets) => {
    const files = ['request', 'worker'].map((name) => [
      `bare-${name}`,
      { source: { path: bundle(assemblyDir, name), packaging: 'zip' } },
    ]);
    return { ...assets, files: { ...(assets.files as object), ...Object.fromEntries(files) } };
  });
}

function edit(
  file: string,
  change: (content: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>,
): void {
  writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8')))));
}

function bundle(assemblyDir: string, name: string): string {
  const folder = `asset.bare-${name}`;
  mkdirSync(join(assemblyDir, folder));
  buildSync({
    entryPoints: [fileURLToPath(new URL(`${name}.ts`, import.meta.url))],
    outfile: join(assemblyDir, folder, 'index.mjs'),
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: {
      js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  return folder;
}

function bareResources(
  resources: Readonly<Record<string, Resource>>,
  modelId: string,
): Readonly<Record<string, Resource>> {
  const ofType = (type: string) =>
    Object.entries(resources).filter(([, { Type }]) => Type === type);
  const [api] = ofType('AWS::ApiGateway::RestApi').map(([id]) => id);
  const jobs = ofType('AWS::DynamoDB::Table').find(([, table]) =>
    JSON.stringify(table.Properties.KeySchema).includes('jobId'),
  );
  const mapping = ofType('AWS::Lambda::EventSourceMapping')[0];
  if (!api || !jobs || !mapping) throw new Error('the stack has no API, jobs table or worker');
  const environment = {
    TABLE: { Ref: 'BareTable' },
    QUEUE_URL: { Ref: 'BareQueue' },
    BUCKET: { Ref: 'BareBucket' },
    BUS: { Ref: 'BareBus' },
    MODEL: modelId,
  };
  return {
    BareTable: jobs[1],
    BareQueue: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 180 } },
    BareBucket: { Type: 'AWS::S3::Bucket', Properties: {} },
    BareBus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'bare' } },
    BareRole: bareRole(),
    BareRequest: bareFunction('request', environment),
    BareWorker: bareFunction('worker', environment),
    BareMapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        ...mapping[1].Properties,
        EventSourceArn: { 'Fn::GetAtt': ['BareQueue', 'Arn'] },
        FunctionName: { Ref: 'BareWorker' },
      },
    },
    ...bareRoute(api),
  };
}

function bareRole(): Resource {
  const Statement = [{ Effect: 'Allow', Action: '*', Resource: '*' }];
  return {
    Type: 'AWS::IAM::Role',
    Properties: { Policies: [{ PolicyDocument: { Statement } }] },
  };
}

function bareFunction(name: string, Variables: object): Resource {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { S3Key: `bare-${name}.zip` },
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Role: { 'Fn::GetAtt': ['BareRole', 'Arn'] },
      Timeout: 30,
      MemorySize: 512,
      Environment: { Variables },
    },
  };
}

function bareRoute(api: string): Readonly<Record<string, Resource>> {
  const path = 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/';
  const Uri = {
    'Fn::Join': ['', [path, { 'Fn::GetAtt': ['BareRequest', 'Arn'] }, '/invocations']],
  };
  return {
    BareResource: {
      Type: 'AWS::ApiGateway::Resource',
      Properties: {
        RestApiId: { Ref: api },
        ParentId: { 'Fn::GetAtt': [api, 'RootResourceId'] },
        PathPart: BARE.path.slice(1),
      },
    },
    BareMethod: {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        RestApiId: { Ref: api },
        ResourceId: { Ref: 'BareResource' },
        HttpMethod: 'POST',
        ApiKeyRequired: true,
        AuthorizationType: 'NONE',
        Integration: { Type: 'AWS_PROXY', Uri },
      },
    },
  };
}
