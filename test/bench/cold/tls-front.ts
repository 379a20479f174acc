import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface TlsFront {
  readonly port: number;
  close(): void;
}

/** Creates a certificate for 127.0.0.1 with `openssl`. Returns the paths of the certificate and its key. */
export function createCertificate(folder: string) {
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const files = ['-keyout', key, '-out', certificate];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...files, ...subject],
    {
      stdio: 'ignore',
    },
  );
  return { certificate, key };
}

/** Serves a local HTTP server over TLS, so that functions pay for handshakes as they do on AWS. */
export async function startTlsFront(
  target: string,
  { certificate, key }: ReturnType<typeof createCertificate>,
): Promise<TlsFront> {
  const { hostname, port } = new URL(target);
  const server = createServer(
    { cert: readFileSync(certificate), key: readFileSync(key) },
    (incoming, outgoing) => {
      const { method, url: path, headers } = incoming;
      const inner = request({ hostname, port, method, path, headers }, (response) => {
        outgoing.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(outgoing);
      });
      inner.on('error', () => outgoing.destroy());
      incoming.pipe(inner);
    },
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
