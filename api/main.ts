import { systemClock } from '../runtime/clock.ts';
import { createHealth, gaugeHealth } from '../runtime/health.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { openPlatform } from '../runtime/nats/platform.ts';
import { runMain } from '../runtime/run-main.ts';
import { createApiProcess } from './api-process.ts';
import { apiOptions } from './options.ts';

await runMain('api', apiOptions, async (options, { log, release }) => {
  const platform = await openPlatform(options, { name: 'api', logger: log, release });
  const health = createHealth();
  const metrics = createMetrics('api');
  gaugeHealth(metrics, health);
  return createApiProcess({ options, platform, health, metrics, clock: systemClock, log, release });
});
