import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/log.ts';
import type { ObjectStore } from '../../runtime/objects/objects.ts';
import type { Options } from '../../runtime/options.ts';
import type { ReleaseStack } from '../../runtime/release.ts';
import { UPLOAD_LIMITS } from '../../schemas/upload-limits.ts';
import type { Database } from '../database/database.ts';
import { createSendPushed, HEALTH_QUEUE } from '../health-stores/send-pushed.ts';
import type { JobDatabase } from '../jobs/job-database.ts';
import type { JobQueue } from '../jobs/job-queue.ts';
import { createPgBossQueue } from '../jobs/pg-boss-queue.ts';
import type { apiOptions } from '../options.ts';
import type { ImportFile } from './importer.ts';
import { createRunImport, IMPORT_QUEUE, type RunImportDeps } from './run-import.ts';
import { createSpawnedImporter } from './spawn-importer.ts';

type ApiOptions = Options<typeof apiOptions>;

export interface OpenImportsDeps {
  readonly options: ApiOptions;
  readonly objects: ObjectStore;
  readonly database: Database;
  /** Resolves once the database is open. */
  readonly opened: Promise<JobDatabase>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly release: ReleaseStack;
  /** Tells who sent files what became of them. */
  readonly telling: Pick<RunImportDeps, 'notifications' | 'onChanged'>;
  /** Adds work of others to the queue, before it begins. */
  readonly addWork: (jobs: JobQueue) => void;
}

export interface OpenedImports {
  readonly jobs: JobQueue;
  /** False where nobody signs tokens for the importer. */
  readonly importsFiles: boolean;
}

/** What imports need, at work as soon as the database is open. */
export function openImports({ options, objects, ...deps }: OpenImportsDeps): OpenedImports {
  const { database, opened, clock, log, release, telling, addWork } = deps;
  const jobs = createPgBossQueue({ database: opened, log });
  release.add('jobs', jobs.stop);
  const importFile = importerOf(options);
  if (importFile !== null) {
    jobs.work(IMPORT_QUEUE, createRunImport({ database, objects, importFile, clock, ...telling }));
    jobs.work(HEALTH_QUEUE, createSendPushed({ database, importFile, clock }));
  }
  addWork(jobs);
  void opened.then(() => {
    jobs.start().catch((err) => log.error({ err }, 'no jobs are done in the background'));
  });
  return { jobs, importsFiles: importFile !== null };
}

function importerOf({ uploadTokenKey: tokenKey, ingestHost, ingestWebsocketPort }: ApiOptions): ImportFile | null {
  if (tokenKey === '') return null;
  return createSpawnedImporter({ ingestHost, ingestWebsocketPort, tokenKey, maxFileBytes: UPLOAD_LIMITS.maxFileBytes });
}
