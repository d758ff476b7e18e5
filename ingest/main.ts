import { createAdminServer } from '../runtime/admin-server.ts';
import { createHealth, gaugeHealth } from '../runtime/health.ts';
import { letGarbageWait } from '../runtime/heap.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { openPlatform } from '../runtime/nats/platform.ts';
import { runMain } from '../runtime/run-main.ts';
import { ingestOptions } from './options.ts';
import { createIngestServer } from './server.ts';

letGarbageWait();
await runMain('ingest', ingestOptions, async (options, { log, release }) => {
  const platform = await openPlatform(options, { name: 'ingest', logger: log, release });
  const health = createHealth();
  const metrics = createMetrics('ingest');
  gaugeHealth(metrics, health);
  const service = await createIngestServer({ options, platform, health, metrics, log });
  const { host, ingestAdminPort: port } = options;
  const admin = await createAdminServer({ host, port, health, metrics, portOption: '--ingest-admin-port' });
  release.add('the admin server', () => admin.close());
  return service;
});
