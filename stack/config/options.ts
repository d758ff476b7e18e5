import { platformOptions } from '../../runtime/nats/platform.ts';
import { defineOptions, type Options } from '../../runtime/options.ts';

/** `npm run config -- priority [id] [value] [options]`, and `… athlete [id] [options]`. */
export const configCommandOptions = defineOptions({
  entity: {
    type: 'string',
    positional: true,
    description: 'What is set or shown: `priority`, `athlete`, `exclude` or `wet`.',
  },
  id: {
    type: 'string',
    positional: true,
    optional: true,
    description: 'Of which device, or of whom. Without it everything that is set is shown.',
  },
  value: {
    type: 'string',
    positional: true,
    optional: true,
    description:
      'Of a priority: `race`, `live` or `background`; without it the present one is shown. ' +
      'Of an exclusion: `device/source`, `device/*` or a source.',
  },
  athlete: {
    env: 'SLIPSTREAM_CONFIG_ATHLETE',
    type: 'boolean',
    description: "Of a priority: the id is an athlete's. It holds for all devices of whom nothing is said themselves.",
  },
  hours: {
    env: 'SLIPSTREAM_CONFIG_HOURS',
    type: 'number',
    optional: true,
    min: 0.001,
    max: 8_784,
    description: 'Of a priority: how long it holds, as for the day of a race; until it is changed without it.',
  },
  file: {
    env: 'SLIPSTREAM_CONFIG_FILE',
    type: 'string',
    optional: true,
    description: 'Of an athlete: JSON with all that is stated (docs/athlete-settings.md); without it that is shown.',
  },
  from: {
    env: 'SLIPSTREAM_CONFIG_FROM',
    type: 'string',
    optional: true,
    description: 'Of an exclusion or the wet: from this time on it holds, such as 2026-01-31T08:00:00Z …',
  },
  until: {
    env: 'SLIPSTREAM_CONFIG_UNTIL',
    type: 'string',
    optional: true,
    description: '… up to this time.',
  },
  dry: {
    env: 'SLIPSTREAM_CONFIG_DRY',
    type: 'boolean',
    description: 'Of the wet: activities of the span were dry.',
  },
  clear: { env: 'SLIPSTREAM_CONFIG_CLEAR', type: 'boolean', description: 'Take back what was set.' },
  natsUrls: platformOptions.natsUrls,
  region: platformOptions.region,
  streamReplicas: platformOptions.streamReplicas,
});
export type ConfigCommandOptions = Options<typeof configCommandOptions>;
