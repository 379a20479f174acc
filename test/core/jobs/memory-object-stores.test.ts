import { objectStoresSuite } from '../../suites/object-stores.ts';
import { MemoryResultStore, MemoryUploadStore } from '../../support/memory-result-store.ts';

objectStoresSuite('the stores of objects in memory', () => {
  const results = new MemoryResultStore();
  const uploads = new MemoryUploadStore(results);
  return {
    results,
    uploads,
    upload: async ({ fields }, { contentType }, content) =>
      uploads.upload(fields.key ?? '', { contentType, content, uploadedAtMs: Date.now() }),
  };
});
