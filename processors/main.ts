import { createAdminServer } from '../runtime/admin-server.ts';
import { createHealth, gaugeHealth } from '../runtime/health.ts';
import { letGarbageWait } from '../runtime/heap.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { openPlatform } from '../runtime/nats/platform.ts';
import { runMain } from '../runtime/run-main.ts';
import { processorsOptions } from './options.ts';
import { createProcessors } from './processors.ts';

letGarbageWait();
await runMain('processors', processorsOptions, async (options, { log, release }) => {
  const platform = await openPlatform(options, { name: 'processors', logger: log, release });
  const health = createHealth();
  const metrics = createMetrics('processors');
  gaugeHealth(metrics, health);
  const processors = await createProcessors({ options, platform, health, metrics, log });
  const host = options.adminHost;
  const port = options.processorsAdminPort;
  const admin = await createAdminServer({ host, port, health, metrics, portOption: '--processors-admin-port' });
  release.add('the admin server', () => admin.close());
  return processors;
});
