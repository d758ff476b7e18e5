import { systemClock } from '../clock.ts';
import { testKeyValue } from './conformance.ts';
import { createMemoryKvStore } from './memory-kv.ts';

testKeyValue('memory', async (options) => {
  const store = createMemoryKvStore(systemClock, options);
  return { open: async () => store.open(), loseWatches: async () => store.loseWatches() };
});
