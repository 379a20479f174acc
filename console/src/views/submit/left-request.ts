/** A request that another view leaves for the form. It stays in memory: it holds a prompt. */
import type { Body } from './draft.ts';

export interface LeftRequest {
  readonly tenant: string;
  readonly body: Body;
}

let left: LeftRequest | undefined;

export function leaveForSubmit(request: LeftRequest): void {
  left = request;
}

/** Returns the request that was left, once. */
export function takeLeftRequest(): LeftRequest | undefined {
  const request = left;
  left = undefined;
  return request;
}
