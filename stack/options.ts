import { defineOptions, type Options } from '../runtime/options.ts';
import { DEFAULT_SHARDS } from '../schemas/identity.ts';

const GIB = 1024 ** 3;
const port = (value: number, description: string) =>
  ({ type: 'integer', default: value, min: 1, max: 65_535, description }) as const;

/** What `npm start` can be told, as `npm start -- --mqtt-port 2883` or in the environment. */
export const stackOptions = defineOptions({
  dataDir: { type: 'string', default: '.slipstream', description: 'Folder of everything that is kept.' },
  host: { type: 'string', default: '127.0.0.1', description: 'Address that everything listens on.' },
  mqttPort: port(1883, 'MQTT 3.1.1 and 5 for devices.'),
  websocketPort: port(8081, 'Binary WebSocket for phones.'),
  natsPort: port(4222, 'NATS.'),
  questdbPort: port(9000, 'QuestDB: console, SQL and line protocol over HTTP.'),
  questdbPgPort: port(8812, "QuestDB: PostgreSQL's protocol."),
  clickhousePort: port(8123, 'ClickHouse over HTTP.'),
  ingestAdminPort: port(9101, "Ingest's health and metrics."),
  apiPort: port(8080, 'REST API.'),
  processorsAdminPort: port(9102, "The processors' health and metrics."),
  natsUrl: {
    type: 'string',
    optional: true,
    env: 'NATS_URL',
    description: 'A NATS to use instead of starting one; the servers of a cluster with commas between them.',
  },
  natsSyncInterval: {
    type: 'choice',
    choices: ['1s', 'always'],
    default: '1s',
    description:
      'When the NATS started here has what it acknowledges on disk: within a second, or before it acknowledges, ' +
      'which survives a power cut and costs most of the throughput.',
  },
  streamReplicas: {
    type: 'integer',
    default: 1,
    min: 1,
    max: 5,
    unit: 'count',
    description: 'Copies of each stream; more than one takes a cluster (--nats-url).',
  },
  questdbUrl: {
    type: 'string',
    optional: true,
    env: 'QUESTDB_URL',
    description: 'A QuestDB (HTTP) to use instead of starting one.',
  },
  clickhouseUrl: {
    type: 'string',
    optional: true,
    env: 'CLICKHOUSE_URL',
    description: 'A ClickHouse (HTTP) to use instead of starting one.',
  },
  postgresUrl: {
    type: 'string',
    optional: true,
    secret: true,
    description: 'A PostgreSQL to keep accounts in instead of PGlite.',
  },
  streamsMaxBytes: {
    type: 'integer',
    default: 9 * GIB,
    min: GIB,
    unit: 'bytes',
    description: 'Disk that the streams of the NATS started here may use.',
  },
  shards: { type: 'integer', default: DEFAULT_SHARDS, min: 1, max: 1024, description: 'Shards of the frame stream.' },
  open: {
    type: 'boolean',
    description: 'Check no tokens: any device is taken at its word, and who asks from this machine is an operator.',
  },
  services: {
    type: 'boolean',
    default: true,
    description: 'Start services too; --no-services starts the engines alone, to restore a backup into them.',
  },
  demo: {
    type: 'boolean',
    default: true,
    description:
      'Stream two recorded activities and a small fleet at the start, then the recorded run and a race as they go on.',
  },
  demoDevices: {
    type: 'integer',
    default: 40,
    min: 0,
    max: 5_000,
    unit: 'count',
    description: 'Devices of the fleet.',
  },
  demoSpeed: {
    type: 'integer',
    default: 1,
    min: 0,
    max: 100,
    unit: 'times',
    description:
      'How fast the recorded run is lived again, live, after that: 1 is real time, at 10 it began in the past and ' +
      'catches up with now at its end; 0 leaves it out.',
  },
  demoRace: {
    type: 'integer',
    default: 60,
    min: 0,
    max: 5_000,
    unit: 'count',
    description: 'Starters of the race that is run live after that, one race after another; 0 leaves it out.',
  },
  seed: { type: 'string', default: '1', description: 'Seed of the fleet and the race.' },
});
export type StackOptions = Options<typeof stackOptions>;
