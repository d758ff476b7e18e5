import { tlsOptions } from '../runtime/certificate.ts';
import { platformOptions } from '../runtime/nats/platform.ts';
import { defineOptions } from '../runtime/options.ts';
import { tokenOptions } from '../runtime/token-keys.ts';
import { DEFAULT_LIMITS } from './connections/limits.ts';

const MIB = 1024 * 1024;

export const ingestOptions = defineOptions({
  ...platformOptions,
  ...tokenOptions,
  ...tlsOptions,
  host: { type: 'string', default: '127.0.0.1', description: 'Address that everything listens on.' },
  mqttPort: { type: 'integer', default: 1883, min: 0, max: 65_535, description: 'MQTT 3.1.1 and 5 for devices.' },
  websocketPort: {
    type: 'integer',
    default: 8081,
    min: 0,
    max: 65_535,
    description: 'Binary WebSocket for phones, at /v1/stream.',
  },
  ingestAdminPort: { type: 'integer', default: 9101, min: 0, max: 65_535, description: "Ingest's health and metrics." },
  reusePort: { type: 'boolean', description: 'Share the device ports with other ingest processes.' },
  lanes: {
    type: 'integer',
    optional: true,
    min: 1,
    max: 64,
    unit: 'count',
    description: 'Decoding threads; one less than the cores without it.',
  },
  lingerMs: {
    type: 'integer',
    default: 5,
    min: 0,
    max: 1_000,
    unit: 'ms',
    description: 'Longest wait for more frames before a batch is made, while few come.',
  },
  busyLingerMs: {
    type: 'integer',
    default: 8,
    min: 0,
    max: 1_000,
    unit: 'ms',
    description: 'The same while many come: batches get big then, and everything behind ingest has less to do.',
  },
  smallLingerMs: {
    type: 'integer',
    default: 30,
    min: 0,
    max: 1_000,
    unit: 'ms',
    description: 'The same while many come of few samples each, as from thousands of devices that send each second.',
  },
  maxFutureMs: {
    type: 'integer',
    default: 60_000,
    min: 0,
    unit: 'ms',
    description: 'How far ahead of the clock a corrected time may be.',
  },
  maxUnsettledBytes: {
    type: 'integer',
    default: 64 * MIB,
    min: MIB,
    unit: 'bytes',
    description: 'Frames taken and not yet stored, over which sockets are no longer read.',
  },
  maxDeadBytesPerDeviceHour: {
    type: 'integer',
    default: MIB,
    min: 0,
    unit: 'bytes',
    description: 'Dead letters that one device may leave in an hour with their bytes.',
  },
  maxConnectionsPerAddress: {
    type: 'integer',
    default: DEFAULT_LIMITS.maxConnectionsPerAddress,
    min: 0,
    unit: 'count',
    description: 'Open connections of one address, or of one /64 of IPv6; 0 for any number.',
  },
  maxUnauthenticatedPerAddress: {
    type: 'integer',
    default: DEFAULT_LIMITS.maxUnauthenticatedPerAddress,
    min: 0,
    unit: 'count',
    description: 'Of them, those that have not shown a token yet; 0 for any number.',
  },
  maxConnectsPerAddressMinute: {
    type: 'integer',
    default: DEFAULT_LIMITS.maxConnectsPerAddressMinute,
    min: 0,
    unit: 'count',
    description: 'Connects of one address in a minute; 0 for any number.',
  },
  maxFailedConnectsPerAddressMinute: {
    type: 'integer',
    default: DEFAULT_LIMITS.maxFailedConnectsPerAddressMinute,
    min: 0,
    unit: 'count',
    description: 'Connects of one address in a minute that showed no good token; 0 for any number.',
  },
  maxUnauthenticatedBytesPerAddressMinute: {
    type: 'integer',
    default: DEFAULT_LIMITS.maxUnauthenticatedBytesPerAddressMinute,
    min: 0,
    unit: 'bytes',
    description: 'What one address may send in a minute before a good token; 0 for any number.',
  },
  trustedAddresses: {
    type: 'list',
    default: DEFAULT_LIMITS.trustedAddresses,
    description: 'Networks that the limits of an address are not for: this machine, and balancers in front of it.',
  },
  open: {
    env: 'SLIPSTREAM_INGEST_OPEN',
    type: 'boolean',
    description: 'Take any device at its word and check no token: for closed test networks only.',
  },
});
