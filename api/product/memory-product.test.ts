import { createMemoryProduct } from './memory-product.ts';
import { productStoreConformance } from './store-conformance.ts';

productStoreConformance('memory', async () => {
  const store = createMemoryProduct();
  return {
    store,
    async empty() {
      for (const { person } of store.events()) await store.forget(person);
    },
    async insert(events) {
      for (const event of events) await store.write(event);
    },
  };
});
