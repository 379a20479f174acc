import { MemoryBucketStore } from '../../lambda/stores/memory-bucket-store.ts';
import { bucketStoreCases } from '../suites/bucket-store.ts';

bucketStoreCases('memory', async (now) => new MemoryBucketStore(now), 100);
