import { sampleReaderConformance } from './conformance.ts';
import { createMemorySampleReader } from './memory-reader.ts';

sampleReaderConformance('memory', async () => {
  const reader = createMemorySampleReader('questdb');
  return { reader, insert: async (rows) => reader.insert(rows) };
});
