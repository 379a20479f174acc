import { jobStoreSuite } from '../../suites/job-store.ts';
import { MemoryJobStore } from '../../support/memory-job-store.ts';

jobStoreSuite('memory', async () => new MemoryJobStore());
