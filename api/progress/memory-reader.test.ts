import { progressReaderConformance } from './conformance.ts';
import { createMemoryProgressReader } from './memory-reader.ts';

progressReaderConformance('memory', async () => {
  const reader = createMemoryProgressReader();
  return {
    reader,
    insert: async (activities) => reader.insert(activities),
    async state(workouts) {
      for (const one of workouts) await reader.write(one);
    },
  };
});
