import { activityReaderConformance } from './conformance.ts';
import { createMemoryActivityReader } from './memory-reader.ts';

activityReaderConformance('memory', async () => {
  const reader = createMemoryActivityReader();
  return { reader, insert: async (activities, epoch) => reader.insert(activities, epoch) };
});
