import { createTestApi } from '../api-for-tests.ts';
import { AFTER_MS, testHealthStores } from './conformance.ts';

testHealthStores((t) => createTestApi(t, { startMs: AFTER_MS }));
