import { athleteReaderConformance } from './conformance.ts';
import { createMemoryAthleteReader } from './memory-reader.ts';

athleteReaderConformance('memory', async () => {
  const reader = createMemoryAthleteReader();
  return {
    reader,
    insertClaims: async (claims) => reader.insertClaims(claims),
    insertLoads: async (loads) => reader.insertLoads(loads),
  };
});
