import { MAX_FILE_BYTES } from '../files/read-activity-file.ts';
import { defineOptions, type Options } from '../runtime/options.ts';

/** `npm run import -- FILE… --athlete NAME`. */
export const importOptions = defineOptions({
  files: {
    type: 'list',
    positional: true,
    description:
      'Activity files: FIT, GPX, TCX, CSV or Parquet, as they are or packed with gzip; or the zip of a health store.',
  },
  athlete: {
    env: 'SLIPSTREAM_IMPORT_ATHLETE',
    type: 'string',
    description: 'Whose activities these are.',
  },
  host: { type: 'string', default: '127.0.0.1', description: 'Where ingest listens.' },
  websocketPort: { type: 'integer', default: 8081, min: 1, max: 65_535, description: 'Port for WebSocket.' },
  tokenKey: {
    env: 'SLIPSTREAM_IMPORT_TOKEN_KEY',
    type: 'string',
    default: '.slipstream/keys/token-key.jwk.json',
    description: 'File with the private key (JWK) that the token of the importer is signed with.',
  },
  open: { type: 'boolean', description: 'Sign no token: the deployment checks none.' },
  json: {
    env: 'SLIPSTREAM_IMPORT_JSON',
    type: 'boolean',
    description: 'One JSON line for each file instead of words.',
  },
  progress: {
    env: 'SLIPSTREAM_IMPORT_PROGRESS',
    type: 'boolean',
    description: 'One JSON line for each hundredth of a file that is stored, for a program that waits.',
  },
  maxFileBytes: {
    env: 'SLIPSTREAM_IMPORT_MAX_FILE_BYTES',
    type: 'integer',
    default: MAX_FILE_BYTES,
    min: 1_024,
    max: 1024 ** 3,
    unit: 'bytes',
    description: 'Larger files are refused, and those that unpack to more.',
  },
  scratchFolder: {
    env: 'SLIPSTREAM_IMPORT_SCRATCH_FOLDER',
    type: 'string',
    default: '',
    description: "Folder that an export of Health Connect is unpacked into while it is read; empty for the system's.",
  },
  giveUpMs: {
    env: 'SLIPSTREAM_IMPORT_GIVE_UP_MS',
    type: 'integer',
    default: 60_000,
    min: 1_000,
    unit: 'ms',
    description: 'Longest wait for ingest to acknowledge anything.',
  },
});
export type ImportOptions = Options<typeof importOptions>;
