import { platformOptions } from '../../runtime/nats/platform.ts';
import { defineOptions, type Options } from '../../runtime/options.ts';

/** `npm run config -- priority [id] [value] [options]`. */
export const configCommandOptions = defineOptions({
  entity: { type: 'string', positional: true, description: 'What is set or shown: `priority`.' },
  id: {
    type: 'string',
    positional: true,
    optional: true,
    description: 'Of which device; with --athlete of whom. Without it everything that is set is shown.',
  },
  value: {
    type: 'string',
    positional: true,
    optional: true,
    description: '`race`, `live` or `background`; without it the present one is shown.',
  },
  athlete: {
    env: 'SLIPSTREAM_CONFIG_ATHLETE',
    type: 'boolean',
    description: "The id is an athlete's: it holds for all devices of whom nothing is said themselves.",
  },
  hours: {
    env: 'SLIPSTREAM_CONFIG_HOURS',
    type: 'number',
    optional: true,
    min: 0.001,
    max: 8_784,
    description: 'How long it holds, as for the day of a race; until it is changed without it.',
  },
  clear: { env: 'SLIPSTREAM_CONFIG_CLEAR', type: 'boolean', description: 'Take back what was set.' },
  natsUrls: platformOptions.natsUrls,
  region: platformOptions.region,
  streamReplicas: platformOptions.streamReplicas,
});
export type ConfigCommandOptions = Options<typeof configCommandOptions>;
