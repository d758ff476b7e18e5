import { systemClock } from '../../runtime/clock.ts';
import { createJob } from '../../runtime/job.ts';
import { openPlatform } from '../../runtime/nats/platform.ts';
import { runMain } from '../../runtime/run-main.ts';
import { StoreUnavailableError } from '../sink.ts';
import { rebuildOptions } from './options.ts';
import { rebuild } from './rebuild.ts';

await runMain(
  'npm run rebuild --',
  rebuildOptions,
  async (options, { log, release, signal }) => {
    const deps = {
      options,
      clock: systemClock,
      release,
      logger: log,
      platform: () => openPlatform(options, { name: 'rebuild', logger: log, release }),
      say: (text: string) => void process.stdout.write(`${text}\n`),
    };
    return createJob({
      ...{ name: 'rebuild', signal, expected: [StoreUnavailableError] },
      stopped: 'it was stopped; start it again to go on',
      work: (ending) => rebuild({ ...deps, signal: ending }),
    });
  },
  { autoFormat: 'pretty', logTo: 'stderr' },
);
