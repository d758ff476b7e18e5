import { createTestApi } from '../../api-for-tests.ts';
import { testWorkoutEdits } from './conformance.ts';

testWorkoutEdits((t) => createTestApi(t));
