import { createTestApi } from '../api-for-tests.ts';
import { testNews } from './conformance.ts';

testNews((t) => createTestApi(t));
