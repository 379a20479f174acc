import { isObject } from '../core/breaker/record-fields.ts';

/** The name and the password that a Redis server asks for. */
export interface RedisLogin {
  /** @default the name in the address of the server, or none */
  readonly username?: string;
  readonly password: string;
}

/**
 * Reads the text of a secret: JSON with `password` and optionally `username`, as the services of AWS
 * write it, or the password alone.
 */
export function parseLogin(secret: string): RedisLogin {
  const login = parseJson(secret);
  if (!isObject(login) || typeof login.password !== 'string') return { password: secret };
  const { username, password } = login;
  return { password, ...(typeof username === 'string' && { username }) };
}

/** Returns undefined for a text that is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
