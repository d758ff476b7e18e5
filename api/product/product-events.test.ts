import { createTestApi } from '../api-for-tests.ts';
import { testProductEvents } from './conformance.ts';

testProductEvents((t) => createTestApi(t));
