import { join } from 'node:path';
import { placeDatabase } from '../api/database/database-for-tests.ts';

/**
 * Puts a database where all that `npm start` starts looks for one in `dataDir`. Making one takes three CPU seconds, and
 * a test of something else needs none of its own making; `stack/start.live.test.ts` starts from nothing.
 */
export async function putMadeDatabase(dataDir: string): Promise<void> {
  await placeDatabase(join(dataDir, 'postgresql'));
}
