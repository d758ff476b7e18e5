import { createTestApi } from '../api-for-tests.ts';
import { testGoals } from './conformance.ts';

testGoals((t) => createTestApi(t));
