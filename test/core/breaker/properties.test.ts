import { MemoryCircuitStore } from '../../../lambda/stores/memory-circuit-store.ts';
import { circuitProperties } from '../../suites/circuit-properties.ts';

const RUNS = Number(process.env.PROPERTY_RUNS ?? 200);

circuitProperties('memory', async (now) => new MemoryCircuitStore(now), RUNS);
