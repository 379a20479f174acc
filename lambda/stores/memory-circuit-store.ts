export { MemoryCircuitStore } from '../core/breaker/memory-circuit-store.ts';
