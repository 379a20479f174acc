import { createHash, createHmac, createSecretKey, type Hash, type Hmac } from 'node:crypto';

type Secret = string | ArrayBuffer | ArrayBufferView;

/**
 * Computes SHA-256 for the SDK's request signatures. Unlike the SDK's own class, it turns the
 * secret into a KeyObject. If the key is a buffer, Node 24 throws and catches two exceptions in
 * each HMAC, which then takes 20 µs instead of 3 µs. Each call to a service computes one HMAC.
 */
export class Sha256 {
  readonly #secret: Secret | undefined;
  #hash: Hash | Hmac;

  constructor(secret?: Secret) {
    this.#secret = secret;
    this.#hash = hashWith(secret);
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = hashWith(this.#secret);
  }
}

function hashWith(secret: Secret | undefined): Hash | Hmac {
  if (secret === undefined) return createHash('sha256');
  return createHmac('sha256', createSecretKey(bytesOf(secret)));
}

function bytesOf(secret: Secret): Buffer {
  if (typeof secret === 'string') return Buffer.from(secret);
  return ArrayBuffer.isView(secret)
    ? Buffer.from(secret.buffer, secret.byteOffset, secret.byteLength)
    : Buffer.from(secret);
}
