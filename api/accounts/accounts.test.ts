import { createTestApi } from '../api-for-tests.ts';
import { testAccounts } from './conformance.ts';

testAccounts((t) => createTestApi(t));
