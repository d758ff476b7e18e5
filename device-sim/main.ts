import { systemClock } from '../runtime/clock.ts';
import { runMain } from '../runtime/run-main.ts';
import { simOptions } from './sim-options.ts';
import { createSimService } from './sim-service.ts';
import { createTokenSource } from './token.ts';

await runMain(
  'device-sim',
  simOptions,
  async (options, { log }) => {
    const tokenFor = await createTokenSource(options.tokenKey, systemClock);
    return createSimService({ options, log, tokenFor, out: process.stdout, err: process.stderr });
  },
  { logTo: 'stderr' },
);
