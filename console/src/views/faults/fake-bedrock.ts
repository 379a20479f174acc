import { CONSOLE_ROUTES } from '../../../contract/routes.ts';
import type { FaultDescription, Rule, SetRule } from './fault-description.ts';

/** The fake refused a request. The message names the field, the value and what is allowed. */
export class FakeRefusal extends Error {
  override readonly name = 'FakeRefusal';
}

/** The control of the fake Bedrock's faults, through the console's server. */
export interface FakeBedrock {
  describe(signal?: AbortSignal): Promise<FaultDescription>;
  rules(signal?: AbortSignal): Promise<readonly SetRule[]>;
  /** Adds rules to those that are set. */
  add(rules: readonly Rule[]): Promise<void>;
  clear(id: string): Promise<void>;
  clearAll(): Promise<void>;
}

/** `send` is the page's fetch: it adds what the server asks for. */
export function fakeBedrock(send: typeof fetch): FakeBedrock {
  async function request(path: string, init: RequestInit = {}): Promise<unknown> {
    const response = await send(`${CONSOLE_ROUTES.bedrock}${path}`, init);
    const text = await response.text();
    if (response.ok) return text === '' ? undefined : JSON.parse(text);
    throw new FakeRefusal(messageOf(text) ?? `The fake Bedrock answered ${response.status}.`);
  }
  return {
    describe: async (signal) => (await request('', { signal })) as FaultDescription,
    rules: async (signal) =>
      ((await request('faults', { signal })) as { faults: readonly SetRule[] }).faults,
    add: async (rules) => {
      await request('faults', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(rules),
      });
    },
    clear: async (id) => {
      await request(`faults/${encodeURIComponent(id)}`, { method: 'DELETE' });
    },
    clearAll: async () => {
      await request('faults', { method: 'DELETE' });
    },
  };
}

/** The fake has `message`; the server in front of it has problem details. */
function messageOf(text: string): string | undefined {
  try {
    const { message, detail, title } = Object(JSON.parse(text)) as Record<string, unknown>;
    const found = message ?? detail ?? title;
    return typeof found === 'string' ? found : undefined;
  } catch {
    return undefined;
  }
}
