import { systemClock } from '../clock.ts';
import { testMessageLog } from './conformance.ts';
import { createMemoryLogStore } from './memory-stream.ts';

testMessageLog('memory', async (options) => {
  const store = createMemoryLogStore(systemClock, options);
  return { open: async (metadata) => store.open({ metadata }) };
});
