import { platformOptions } from '../../runtime/nats/platform.ts';
import { defineOptions } from '../../runtime/options.ts';
import { processorsOptions, SINKS } from '../options.ts';

export const REBUILDS = ['hot', 'replay', 'roll-ups'] as const;

/** `npm run rebuild -- hot`, `npm run rebuild -- replay --from 2026-01-31T08:00:00Z`. */
export const rebuildOptions = defineOptions({
  what: {
    type: 'choice',
    choices: REBUILDS,
    positional: true,
    env: 'SLIPSTREAM_REBUILD_WHAT',
    description:
      'hot: writes into QuestDB what ClickHouse has and it lacks, newest day first. ' +
      'replay: writes what the frame stream still holds into one store again, from --from on. ' +
      'roll-ups: computes those again that do not count what the raw table has, from --from on. ' +
      'Each may be stopped and started again, and run while everything else runs.',
  },
  ...platformOptions,
  questdbUrl: processorsOptions.questdbUrl,
  clickhouseUrl: processorsOptions.clickhouseUrl,
  hotRetentionMs: processorsOptions.hotRetentionMs,
  store: {
    type: 'choice',
    choices: SINKS,
    default: 'questdb',
    env: 'SLIPSTREAM_REBUILD_STORE',
    description: 'replay: the store that is written.',
  },
  from: {
    type: 'string',
    default: '1',
    env: 'SLIPSTREAM_REBUILD_FROM',
    description:
      'replay: where to begin, as a sequence of the stream or as a time (2026-01-31T08:00:00Z) at which a message ' +
      'was stored. roll-ups: the event time to begin at; 1 is all.',
  },
  pageRows: {
    type: 'integer',
    default: 50_000,
    min: 100,
    max: 500_000,
    unit: 'rows',
    env: 'SLIPSTREAM_REBUILD_PAGE_ROWS',
    description: 'Rows held in memory and written at once.',
  },
});
