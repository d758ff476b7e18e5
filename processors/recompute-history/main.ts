/** `npm run recompute`: what older versions of the metrics computed, computed again. */
import { systemClock } from '../../runtime/clock.ts';
import { KvUnavailableError } from '../../runtime/kv/kv.ts';
import { openPlatform } from '../../runtime/nats/platform.ts';
import { runMain } from '../../runtime/run-main.ts';
import { StartError } from '../../runtime/service.ts';
import { LogFullError, LogUnavailableError } from '../../runtime/stream/stream.ts';
import { SettingsError } from '../../schemas/athlete-settings.ts';
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
    const ending = new AbortController();
    const progress = createProgressBar(process.stderr);
    release.add('the progress bar', () => progress.stop());
    const platform = await openPlatform(options, { name: 'recompute', logger: log, release });
    const deps = {
      ...{ options, platform, release, progress, clock: systemClock },
      signal: AbortSignal.any([signal, ending.signal]),
      say: (text: string) => void process.stdout.write(`${text}\n`),
    };
    let running: Promise<void> = Promise.resolve();
    async function end(): Promise<void> {
      ending.abort(new StartError('it was stopped; start it again to go on'));
      await Promise.allSettled([running]);
    }
    return {
      name: 'recompute',
      run() {
        running = runRecomputeHistory(deps).catch((error) => {
          throw EXPECTED.some((one) => error instanceof one) ? new StartError(error.message) : error;
        });
        return running;
      },
      drain: end,
      stop: end,
    };
  },
  { autoFormat: 'pretty', logTo: 'stderr' },
);
