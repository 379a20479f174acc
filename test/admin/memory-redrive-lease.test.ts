import { redriveLeaseCases } from '../suites/redrive-lease.ts';
import { memoryRedriveLease } from '../support/memory-redrive-lease.ts';

redriveLeaseCases('memory', async () => memoryRedriveLease());
