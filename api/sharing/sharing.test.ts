import { createTestApi } from '../api-for-tests.ts';
import { testSharing } from './conformance.ts';

testSharing((t) => createTestApi(t));
