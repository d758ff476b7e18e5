import { workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';

/** A thread that makes a new database in the folder it is given, and ends. */
const { folder } = workerData as { folder: string };
const database = await PGlite.create(folder);
await database.close();
