import type { Health } from '../runtime/health.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Platform } from '../runtime/nats/platform.ts';
import type { Options } from '../runtime/options.ts';
import type { MainContext } from '../runtime/run-main.ts';
import type { processorsOptions } from './options.ts';

export interface ProcessorsDeps {
  readonly options: Options<typeof processorsOptions>;
  readonly platform: Platform;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly log: MainContext['log'];
}
