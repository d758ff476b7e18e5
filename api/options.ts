import { accountOptions } from '../runtime/account-options.ts';
import { platformOptions } from '../runtime/nats/platform.ts';
import { objectOptions } from '../runtime/objects/open-objects.ts';
import { defineOptions } from '../runtime/options.ts';
import { tokenOptions } from '../runtime/token-keys.ts';

export const apiOptions = defineOptions({
  ...platformOptions,
  ...tokenOptions,
  deviceKey: {
    type: 'string',
    optional: true,
    description:
      'File with the private key (JWK) that this API signs with for devices that people pair with their accounts; ' +
      '`npm run token` makes one. Without it no device is paired.',
  },
  secondFactorKey: {
    type: 'string',
    optional: true,
    description:
      'File with the key (JWK, A256GCM; or a JWKS: the first seals, all open) that the secrets of second factors are ' +
      'encrypted with; `npm run token` and `npm start` make one. Without it nobody sets up a second factor.',
  },
  secondFactorRoles: {
    type: 'list',
    choices: ['organiser', 'administrator'],
    default: [],
    description: 'Roles, comma-separated, that open nothing before the account that has them has a second factor.',
  },
  host: { type: 'string', default: '127.0.0.1', description: 'Address that everything listens on.' },
  apiPort: { type: 'integer', default: 8080, min: 0, max: 65_535, description: 'REST API, health and metrics.' },
  questdbUrl: { type: 'string', default: 'http://127.0.0.1:9000', description: "QuestDB's HTTP." },
  clickhouseUrl: { type: 'string', default: 'http://127.0.0.1:8123', description: "ClickHouse's HTTP." },
  ...accountOptions,
  publicUrl: {
    type: 'string',
    default: '',
    description: 'Where people reach the API and its pages, for letters and cookies; https wherever others do.',
  },
  smtpUrl: {
    type: 'string',
    default: '',
    secret: true,
    description: 'Mail server (smtps://user:password@host); without one mail is caught, for operators to read.',
  },
  mailFrom: {
    type: 'string',
    default: 'Slipstream <slipstream@localhost>',
    description: 'Who letters are from.',
  },
  webhooksToLoopback: {
    type: 'boolean',
    description:
      'Let webhooks and push services be on this machine, and without https: for development, else anybody with an ' +
      'account could make the server ask what only it can reach.',
  },
  uploadTokenKey: {
    type: 'string',
    default: '',
    description:
      'File with the private key (JWK) that tokens of the importer are signed with, which a process of its own reads ' +
      'for each file that people upload; without it no files are taken.',
  },
  ingestHost: { type: 'string', default: '127.0.0.1', description: 'Where ingest takes what is imported.' },
  ingestWebsocketPort: {
    type: 'integer',
    default: 8081,
    min: 1,
    max: 65_535,
    description: 'Its port for WebSocket.',
  },
  ...objectOptions,
  hotHours: {
    type: 'integer',
    default: 144,
    min: 1,
    description:
      'Samples of the last hours are read from QuestDB, older ones from ClickHouse. Keep it a day below what QuestDB ' +
      'keeps, so that nothing ages out while it is read.',
  },
  pageDir: {
    type: 'string',
    default: '',
    description: 'Folder of the built page that is served at `/`; none without it.',
  },
  mapStyleUrl: {
    type: 'string',
    default: '',
    description:
      "A MapLibre style with tiles, which visitors' browsers fetch; without one a map is a line on plain ground.",
  },
  readTimeoutMs: {
    type: 'integer',
    default: 10_000,
    min: 100,
    max: 600_000,
    unit: 'ms',
    description: 'Longest wait for a store before a request ends with a 503.',
  },
  maxStoreConnections: {
    type: 'integer',
    default: 16,
    min: 1,
    max: 1_000,
    unit: 'count',
    description: 'Questions to ClickHouse at a time; more wait.',
  },
  liveIntervalMs: {
    type: 'integer',
    default: 100,
    min: 50,
    max: 60_000,
    unit: 'ms',
    description: 'Least time between two changes of a live activity that those who watch it are told of.',
  },
  maxWatchers: {
    type: 'integer',
    default: 5_000,
    min: 1,
    max: 100_000,
    unit: 'count',
    description: 'Connections that watch live activities; more are refused.',
  },
  watchPort: {
    type: 'integer',
    optional: true,
    min: 0,
    max: 65_535,
    description:
      'Another port for those who watch live races, served by uWebSockets.js where it loads, which has room for more ' +
      'of them in one process; none without it.',
  },
  watchIntervalMs: {
    type: 'integer',
    default: 10_000,
    min: 100,
    max: 600_000,
    unit: 'ms',
    description: 'How often the engines are looked at, for the page of metrics.',
  },
  ledgerIntervalMs: {
    type: 'integer',
    default: 60_000,
    min: 100,
    max: 3_600_000,
    unit: 'ms',
    description: 'The same for the ledger, which costs both stores a sum over all batches.',
  },
  natsMonitorUrls: {
    type: 'list',
    default: [],
    description:
      "HTTP monitors of the NATS servers, comma-separated: only their health says that a server's disk is full.",
  },
  ingestMetricsUrls: {
    type: 'list',
    default: [],
    description:
      'Pages of metrics of the processes of ingest, comma-separated (http://host:port/metrics): only they know how ' +
      'many devices are connected, for the page of operators.',
  },
  disks: {
    type: 'list',
    default: [],
    description: "Folders on the engines' disks whose room is watched, as name=folder, comma-separated.",
  },
  useRollUps: {
    type: 'boolean',
    description:
      "Resample older samples from ClickHouse's roll-ups. Only where a processor writes them: else they have gaps.",
  },
  openLoopback: {
    type: 'boolean',
    description: 'Answer everybody on this machine without a token: for development, never behind a proxy.',
  },
});
