import { createTestApi } from './api-for-tests.ts';
import { testSimpleReads } from './conformance-of-reads.ts';
import { testDatabase } from './database/database-for-tests.ts';

testSimpleReads(
  () => testDatabase,
  (t) => createTestApi(t),
);
