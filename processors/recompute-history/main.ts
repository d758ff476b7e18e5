/** `npm run recompute`: what older versions of the metrics computed, computed again. */
import { systemClock } from '../../runtime/clock.ts';
import { createJob } from '../../runtime/job.ts';
import { KvUnavailableError } from '../../runtime/kv/kv.ts';
import { openPlatform } from '../../runtime/nats/platform.ts';
import { runMain } from '../../runtime/run-main.ts';
import { LogFullError, LogUnavailableError } from '../../runtime/stream/stream.ts';
import { SettingsError } from '../../schemas/check-settings.ts';
import { StoreRefusedError, StoreUnavailableError } from '../sink.ts';
import { recomputeHistoryOptions } from './options.ts';
import { createProgressBar } from './progress.ts';
import { runRecomputeHistory } from './run.ts';

const EXPECTED = [
  ...[StoreUnavailableError, StoreRefusedError, LogFullError, LogUnavailableError],
  ...[KvUnavailableError, SettingsError],
];

await runMain(
  'npm run recompute --',
  recomputeHistoryOptions,
  async (options, { log, release, signal }) => {
    const progress = createProgressBar(process.stderr);
    release.add('the progress bar', () => progress.stop());
    const platform = await openPlatform(options, { name: 'recompute', logger: log, release });
    const deps = {
      ...{ options, platform, release, progress, clock: systemClock },
      say: (text: string) => void process.stdout.write(`${text}\n`),
    };
    return createJob({
      ...{ name: 'recompute', signal, expected: EXPECTED },
      stopped: 'it was stopped; start it again to go on',
      work: (ending) => runRecomputeHistory({ ...deps, signal: ending }),
    });
  },
  { autoFormat: 'pretty', logTo: 'stderr' },
);
