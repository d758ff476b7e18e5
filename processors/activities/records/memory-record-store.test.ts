import { createMemoryActivityTable } from '../memory-activity-store.ts';
import { createMemoryRecordTable } from './memory-record-store.ts';
import { testRecordStore } from './record-store.conformance.ts';

testRecordStore('the twin', async () => {
  const activities = createMemoryActivityTable(() => []);
  return {
    store: createMemoryRecordTable(() => activities.records()).open(),
    storeActivities: (records) => activities.open().write(records, 1),
  };
});
