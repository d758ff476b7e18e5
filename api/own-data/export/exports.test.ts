import { createTestApi } from '../../api-for-tests.ts';
import { testExports } from './conformance.ts';

testExports(createTestApi);
