import { MemoryCircuitStore } from '../../lambda/stores/memory-circuit-store.ts';
import { circuitCases } from '../suites/circuit-cases.ts';

circuitCases('memory', async (now) => new MemoryCircuitStore(now));
