import { rowsOf, type SampleRow } from '../batch-rows.ts';
import { createMemoryRollUpTable } from './memory-roll-up-store.ts';
import { testRollUpStore } from './roll-up-store.conformance.ts';

testRollUpStore('memory', async () => {
  const raw: SampleRow[] = [];
  const table = createMemoryRollUpTable(() => raw);
  return {
    store: table.open(),
    async storeRaw(messages) {
      for (const { data } of messages) if (data.length > 0) raw.push(...rowsOf({ kind: 'samples', payload: data }));
    },
    rows: async () => table.rows(),
  };
});
