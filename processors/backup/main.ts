import { systemClock } from '../../runtime/clock.ts';
import { StreamCopyError } from '../../runtime/nats/stream-copies.ts';
import { runMain } from '../../runtime/run-main.ts';
import { StartError } from '../../runtime/service.ts';
import { StoreUnavailableError } from '../sink.ts';
import { runBackupCommand } from './backup.ts';
import { BackupError } from './manifest.ts';
import { backupOptions } from './options.ts';

const FOR_PEOPLE = [BackupError, StreamCopyError, StoreUnavailableError];

await runMain(
  'npm run backup --',
  backupOptions,
  async (options, { log, release, signal }) => {
    const ending = new AbortController();
    const deps = {
      ...{ options, release, logger: log, clock: systemClock },
      signal: AbortSignal.any([signal, ending.signal]),
      say: (text: string) => void process.stdout.write(`${text}\n`),
    };
    let running: Promise<void> = Promise.resolve();
    async function end(): Promise<void> {
      ending.abort(new StartError('it was stopped; what it has written is no backup'));
      await Promise.allSettled([running]);
    }
    return {
      name: 'backup',
      run() {
        running = runBackupCommand(deps).catch((error) => {
          throw FOR_PEOPLE.some((kind) => error instanceof kind) ? new StartError(error.message) : error;
        });
        return running;
      },
      drain: end,
      stop: end,
    };
  },
  { autoFormat: 'pretty', logTo: 'stderr' },
);
