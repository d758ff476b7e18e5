import { systemClock } from '../runtime/clock.ts';
import { openPlatform, platformOptions } from '../runtime/nats/platform.ts';
import { readOptions } from '../runtime/options.ts';
import { runMain } from '../runtime/run-main.ts';
import { simOptions } from './sim-options.ts';
import { createSimService } from './sim-service.ts';
import { createTokenSource } from './token.ts';

await runMain(
  'npm run device-sim --',
  simOptions,
  async (options, { log, release }) => {
    const tokenFor = await createTokenSource(options.tokenKey, systemClock);
    const platform = () => {
      const values = { ...readOptions(platformOptions, { argv: [], env: process.env }), ...options };
      return openPlatform(values, { name: 'device-sim', logger: log, release });
    };
    return createSimService({ options, log, tokenFor, platform, out: process.stdout, err: process.stderr });
  },
  { logTo: 'stderr' },
);
