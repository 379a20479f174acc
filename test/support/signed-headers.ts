import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from '../../lambda/aws/sha256.ts';
import { OPERATOR } from '../../local/rest-api/signature.ts';

export interface SignedRequest {
  readonly url: string;
  /** @default GET */
  readonly method?: string;
  readonly body?: string;
  /** @default now */
  readonly at?: Date;
  /** @default the operator's */
  readonly accessKeyId?: string;
  /** @default the operator's */
  readonly secretAccessKey?: string;
  /** @default us-east-1 */
  readonly region?: string;
  /** @default execute-api */
  readonly service?: string;
}

/** Signs a request with the AWS SDK's signer and returns its headers. */
export async function signedHeaders(request: SignedRequest): Promise<Record<string, string>> {
  const { accessKeyId, secretAccessKey } = { ...OPERATOR, ...request };
  const { host, hostname, searchParams } = new URL(request.url);
  const [path = ''] = request.url.slice(request.url.indexOf(host) + host.length).split('?');
  const signer = new SignatureV4({
    service: request.service ?? 'execute-api',
    region: request.region ?? 'us-east-1',
    credentials: { accessKeyId, secretAccessKey },
    sha256: Sha256,
    applyChecksum: false,
  });
  const { headers } = await signer.sign(
    {
      method: request.method ?? 'GET',
      protocol: 'http:',
      hostname,
      path,
      query: Object.fromEntries(
        [...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)]),
      ),
      headers: { host, 'content-type': 'application/json' },
      body: request.body,
    },
    { signingDate: request.at ?? new Date() },
  );
  return headers;
}
