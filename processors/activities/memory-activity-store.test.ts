import { BATCH_HEADERS } from '../../schemas/names.ts';
import { rowKey, rowsOf, type SampleRow } from '../batch-rows.ts';
import { testActivityStore } from './activity-store.conformance.ts';
import { createMemoryActivityTable } from './memory-activity-store.ts';

testActivityStore('the twin', async () => {
  const raw = new Map<string, SampleRow>();
  const table = createMemoryActivityTable(() => raw.values());
  return {
    store: table.open(),
    async storeRaw(messages) {
      for (const { header, data } of messages) {
        const kind = header(BATCH_HEADERS.kind) as 'samples';
        for (const row of rowsOf({ kind, payload: data })) raw.set(rowKey(row), row);
      }
    },
    shown: async () =>
      table.records().map(({ id, revision, status, startMs, endMs, settingsVersion, metrics }) => ({
        id,
        revision,
        status,
        startMs,
        endMs,
        settingsVersion,
        distanceM: metrics?.distance_m.value ?? null,
        efforts: (metrics?.best_efforts.value ?? []).map(({ name }) => name),
      })),
  };
});
