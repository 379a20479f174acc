import { forever, type Sandbox } from './sandbox.ts';

/** Calls that the SDK does not repeat when a response is lost: their clients make one attempt. */
const SINGLE_ATTEMPT = /^(bus|models|circuits|buckets)\./;

/** Performs a call through a port, with the fault that the plan has for it. */
export async function performWithFault<T>(
  sandbox: Sandbox,
  name: string,
  perform: () => Promise<T>,
): Promise<T> {
  await sandbox.mayCall();
  const fault = sandbox.nextFault(name);
  switch (fault) {
    case undefined:
      return perform();
    case 'not-sent':
    case 'error-response':
      throw new Error(fault);
    case 'response-lost': {
      await perform();
      if (SINGLE_ATTEMPT.test(name)) throw new Error(fault);
      return perform();
    }
    case 'unanswered':
      await perform();
      throw new Error(fault);
    case 'killed':
      await perform();
      sandbox.kill();
      return forever();
    case 'stalled': {
      const answer = await perform();
      await sandbox.stall();
      return answer;
    }
    default:
      return fault satisfies never;
  }
}
