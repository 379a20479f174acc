import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { HttpResponse } from '@smithy/core/protocols';
import { build } from 'esbuild';
import { leanSdk } from '../../lib/lean-sdk.ts';
import { runFolder } from '../support/run-folder.ts';

const ENTRY = `
  export { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
  export { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
`;
const BANNER =
  "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

async function bundle(plugins = [leanSdk]): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: import.meta.dirname },
    bundle: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: BANNER },
    plugins,
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

describe('the SDK in a bundle', () => {
  const bundled = bundle();

  const clients = bundled.then((text) => {
    const file = join(runFolder(), 'lean-sdk.mjs');
    writeFileSync(file, text);
    return import(pathToFileURL(file).href);
  });

  function responding(statusCode: number, headers: Record<string, string>, text: string) {
    const sent: { headers: Record<string, string>; path: string }[] = [];
    const handle = async (request: (typeof sent)[number]) => {
      sent.push(request);
      const body = new Blob([text]).stream();
      return { response: new HttpResponse({ statusCode, headers, body }) };
    };
    return { sent, requestHandler: { handle } };
  }

  const options = { region: 'us-east-1', maxAttempts: 1 };

  test('has two thirds of its size at most', async () => {
    const [lean, whole] = [await bundled, await bundle([])];

    expect(lean.length).toBeLessThan((whole.length * 2) / 3);
  });

  test('takes its credentials from the environment', async () => {
    const { SSMClient, GetParameterCommand } = await clients;
    const { sent, requestHandler } = responding(200, {}, '{"Parameter":{"Value":"text"}}');
    process.env.AWS_ACCESS_KEY_ID = 'key-of-the-function';
    process.env.AWS_SECRET_ACCESS_KEY = 'secret';

    const client = new SSMClient({ ...options, requestHandler });
    const { Parameter } = await client.send(new GetParameterCommand({ Name: 'settings' }));

    expect(Parameter.Value).toBe('text');
    expect(sent[0]?.headers.authorization).toContain('Credential=key-of-the-function/');
  });

  test('still tells the name and the message of an error of SSM', async () => {
    const { SSMClient, GetParameterCommand } = await clients;
    const body = '{"__type":"com.amazonaws.ssm#ParameterNotFound","message":"no such parameter"}';
    const { requestHandler } = responding(400, {}, body);

    const client = new SSMClient({ ...options, requestHandler });

    await expect(client.send(new GetParameterCommand({ Name: 'a' }))).rejects.toMatchObject({
      name: 'ParameterNotFound',
      message: 'no such parameter',
      $fault: 'client',
    });
  });

  test('still reads the headers of an object and the class of an error of S3', async () => {
    const { S3Client, GetObjectCommand } = await clients;
    const command = new GetObjectCommand({ Bucket: 'bucket', Key: 'key' });
    const found = responding(200, { etag: '"e"', 'x-amz-meta-tenant': 'team-a' }, 'content');
    const missing = responding(
      404,
      {},
      '<Error><Code>NoSuchKey</Code><Message>no</Message></Error>',
    );

    const object = await new S3Client({ ...options, ...found }).send(command);

    expect(object).toMatchObject({ ETag: '"e"', Metadata: { tenant: 'team-a' } });
    await expect(new S3Client({ ...options, ...missing }).send(command)).rejects.toMatchObject({
      name: 'NoSuchKey',
    });
  });
});
