import { systemClock } from '../../runtime/clock.ts';
import { DeletionLogError } from '../../runtime/deletion-log.ts';
import { createJob } from '../../runtime/job.ts';
import { StreamCopyError } from '../../runtime/nats/stream-copies.ts';
import { ObjectsUnavailableError } from '../../runtime/objects/objects.ts';
import { runMain } from '../../runtime/run-main.ts';
import { StoreUnavailableError } from '../sink.ts';
import { runBackupCommand } from './backup.ts';
import { BackupError } from './manifest.ts';
import { backupOptions } from './options.ts';

const FOR_PEOPLE = [BackupError, StreamCopyError, StoreUnavailableError, DeletionLogError, ObjectsUnavailableError];

await runMain(
  'npm run backup --',
  backupOptions,
  async (options, { log, release, signal }) => {
    const deps = {
      ...{ options, release, logger: log, clock: systemClock, env: process.env },
      say: (text: string) => void process.stdout.write(`${text}\n`),
    };
    return createJob({
      ...{ name: 'backup', signal, expected: FOR_PEOPLE },
      stopped: 'it was stopped; what it has written is no backup',
      work: (ending) => runBackupCommand({ ...deps, signal: ending }),
    });
  },
  { autoFormat: 'pretty', logTo: 'stderr' },
);
