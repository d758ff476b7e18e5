import { createTestApi } from '../api-for-tests.ts';
import { testConsents } from './conformance.ts';

testConsents((t) => createTestApi(t));
