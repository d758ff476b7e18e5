import { platformOptions } from '../../runtime/nats/platform.ts';
import { defineOptions } from '../../runtime/options.ts';
import { processorsOptions } from '../options.ts';

/** `npm run recompute`, `npm run recompute -- --athlete ann --from 2026-01-01 --apply`. */
export const recomputeHistoryOptions = defineOptions({
  ...platformOptions,
  clickhouseUrl: processorsOptions.clickhouseUrl,
  athlete: {
    type: 'string',
    optional: true,
    env: 'SLIPSTREAM_RECOMPUTE_ATHLETE',
    description: "Only this athlete's activities; everybody's without it.",
  },
  from: {
    type: 'string',
    optional: true,
    env: 'SLIPSTREAM_RECOMPUTE_FROM',
    description: 'Only activities that end after this time, such as 2026-01-31 or 2026-01-31T08:00:00Z.',
  },
  until: {
    type: 'string',
    optional: true,
    env: 'SLIPSTREAM_RECOMPUTE_UNTIL',
    description: 'Only activities that begin before this time.',
  },
  restated: {
    type: 'boolean',
    env: 'SLIPSTREAM_RECOMPUTE_RESTATED',
    description: 'With --athlete: those too that were computed before their settings were last stated.',
  },
  apply: {
    type: 'boolean',
    env: 'SLIPSTREAM_RECOMPUTE_APPLY',
    description:
      'Publish what was computed as later revisions; without it the difference is shown and nothing written.',
  },
  examples: {
    type: 'integer',
    default: 3,
    min: 0,
    max: 100,
    unit: 'count',
    env: 'SLIPSTREAM_RECOMPUTE_EXAMPLES',
    description: 'Examples shown of each metric that changes.',
  },
  sinkWaitMs: {
    type: 'integer',
    default: 60_000,
    min: 100,
    unit: 'ms',
    env: 'SLIPSTREAM_RECOMPUTE_SINK_WAIT_MS',
    description: 'With --apply: longest wait until ClickHouse has what the stream had at the beginning.',
  },
});
