import type { Context } from 'aws-lambda';
import { BedrockModelClient } from '../aws/bedrock-model-client.ts';
import { openCircuits, openRuntime } from '../compose.ts';
import { recordCircuitEvents } from '../core/breaker/record-circuit-events.ts';
import { tracedModels } from '../core/router/traced.ts';
import { probeTargets } from './probe-targets.ts';

const runtime = openRuntime();
const targets = openCircuits(runtime, recordCircuitEvents(runtime.log, runtime.metrics));
const dependencies = {
  ...runtime,
  ...targets,
  models: tracedModels(new BedrockModelClient(runtime), runtime.trace),
};

export async function handler(_event: unknown, context: Context): Promise<void> {
  runtime.begin(context);
  try {
    const endsAtMs = runtime.clock.now() + context.getRemainingTimeInMillis();
    await probeTargets(dependencies, await runtime.readSettings(), endsAtMs);
  } finally {
    await targets.circuits.flush();
    runtime.end();
  }
}
