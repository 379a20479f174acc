import type { InvokeResult } from '../../../local/lambda/function.ts';

/** A function that answers what the test says, and remembers its events. */
export function aFakeFunction(answer: unknown | (() => InvokeResult | Promise<InvokeResult>)) {
  const events: Record<string, unknown>[] = [];
  return {
    events,
    invoke: async (event: string): Promise<InvokeResult> => {
      events.push(JSON.parse(event));
      if (typeof answer === 'function') return answer();
      return { outcome: 'returned', payload: JSON.stringify(answer) };
    },
  };
}
