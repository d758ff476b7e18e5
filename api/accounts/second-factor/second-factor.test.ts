import { createTestApi } from '../../api-for-tests.ts';
import { testSecondFactor } from './conformance.ts';

testSecondFactor(createTestApi);
