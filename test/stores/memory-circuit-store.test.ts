import { MemoryCircuitStore } from '../../lambda/stores/memory-circuit-store.ts';
import { circuitVectors } from '../suites/circuit-vectors.ts';

circuitVectors('memory', async (now) => new MemoryCircuitStore(now));
