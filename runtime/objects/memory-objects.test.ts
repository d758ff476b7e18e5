import { testObjects } from './conformance.ts';
import { createMemoryObjects } from './memory-objects.ts';

const objects = createMemoryObjects();
testObjects('memory', async () => objects);
