import { rowsOf, type SampleRow } from '../../batch-rows.ts';
import { createMemoryPositions } from './memory-positions.ts';
import { testPositions } from './positions.conformance.ts';

testPositions('in memory', async () => {
  const rows: SampleRow[] = [];
  return {
    store: createMemoryPositions(() => rows),
    async storeRaw(messages) {
      for (const { data } of messages) rows.push(...rowsOf({ kind: 'samples', payload: data }));
    },
  };
});
