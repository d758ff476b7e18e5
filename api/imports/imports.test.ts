import { createTestApi } from '../api-for-tests.ts';
import { testImports } from './conformance.ts';

testImports((t) => createTestApi(t));
