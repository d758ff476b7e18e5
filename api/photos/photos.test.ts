import { createTestApi } from '../api-for-tests.ts';
import { testPhotos } from './conformance.ts';

testPhotos((t) => createTestApi(t));
