import { platformOptions } from '../../runtime/nats/platform.ts';
import { defineOptions, type Options } from '../../runtime/options.ts';
import { MAX_TOKEN_LIFETIME_MS, TOKEN_ROLES } from '../../runtime/token.ts';

const HOUR_MS = 3_600_000;

/** `npm run token -- <subject> [options]`. */
export const tokenCommandOptions = defineOptions({
  subject: {
    type: 'string',
    positional: true,
    optional: true,
    description: "The device's id; for another role the name of the person or organiser.",
  },
  athlete: {
    env: 'SLIPSTREAM_TOKEN_ATHLETE',
    type: 'string',
    default: '',
    description: 'Whose data the device sends; nobody in particular without it.',
  },
  hours: {
    env: 'SLIPSTREAM_TOKEN_HOURS',
    type: 'number',
    default: 24,
    min: 0.001,
    max: MAX_TOKEN_LIFETIME_MS / HOUR_MS,
    description: 'How long the token is valid.',
  },
  operator: {
    env: 'SLIPSTREAM_TOKEN_OPERATOR',
    type: 'boolean',
    description: 'The same as --role operator: a person, who may read everything through the API and send no samples.',
  },
  role: {
    env: 'SLIPSTREAM_TOKEN_ROLE',
    type: 'choice',
    choices: TOKEN_ROLES,
    default: 'device',
    description:
      'Whom the token is for. An `organiser` sees and changes their own races; a `feed` sends reads of chips and ' +
      'mats to the races of the organiser that it is named for.',
  },
  importer: {
    env: 'SLIPSTREAM_TOKEN_IMPORTER',
    type: 'boolean',
    description: 'The device may send recordings from files (sources `file:…`) of any age.',
  },
  revoke: {
    env: 'SLIPSTREAM_TOKEN_REVOKE',
    type: 'boolean',
    description:
      'Make no token: revoke every token that the device was given until now. Its connections end within two seconds.',
  },
  revokeId: {
    env: 'SLIPSTREAM_TOKEN_REVOKE_ID',
    type: 'string',
    optional: true,
    description: "Make no token: revoke the one with this id (`jti`), an operator's as well.",
  },
  keysOnly: {
    env: 'SLIPSTREAM_TOKEN_KEYS_ONLY',
    type: 'boolean',
    description: 'Make no token: only make the keys in the data folder when they are missing.',
  },
  key: {
    env: 'SLIPSTREAM_TOKEN_KEY',
    type: 'string',
    optional: true,
    description:
      'File with the private key (JWK) to sign with; without it the one in the data folder, made when missing.',
  },
  dataDir: { type: 'string', default: '.slipstream', description: 'Folder of everything that is kept.' },
  // What a revocation needs; they must agree with those of the services.
  natsUrls: platformOptions.natsUrls,
  region: platformOptions.region,
  streamReplicas: platformOptions.streamReplicas,
});
export type TokenCommandOptions = Options<typeof tokenCommandOptions>;
