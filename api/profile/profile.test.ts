import { createTestApi } from '../api-for-tests.ts';
import { testProfile } from './conformance.ts';

testProfile((t) => createTestApi(t));
