import { systemClock } from '../../runtime/clock.ts';
import { openPlatform } from '../../runtime/nats/platform.ts';
import { runMain } from '../../runtime/run-main.ts';
import { StartError } from '../../runtime/service.ts';
import { StoreUnavailableError } from '../sink.ts';
import { rebuildOptions } from './options.ts';
import { rebuild } from './rebuild.ts';

await runMain(
  'npm run rebuild --',
  rebuildOptions,
  async (options, { log, release, signal }) => {
    const ending = new AbortController();
    const deps = {
      options,
      clock: systemClock,
      release,
      logger: log,
      signal: AbortSignal.any([signal, ending.signal]),
      platform: () => openPlatform(options, { name: 'rebuild', logger: log, release }),
      say: (text: string) => void process.stdout.write(`${text}\n`),
    };
    let running: Promise<void> = Promise.resolve();
    async function end(): Promise<void> {
      ending.abort(new StartError('it was stopped; start it again to go on'));
      await Promise.allSettled([running]);
    }
    return {
      name: 'rebuild',
      run() {
        running = rebuild(deps).catch((error) => {
          throw error instanceof StoreUnavailableError ? new StartError(error.message) : error;
        });
        return running;
      },
      drain: end,
      stop: end,
    };
  },
  { autoFormat: 'pretty', logTo: 'stderr' },
);
