import { DEFAULT_SHARDS } from '../../schemas/identity.ts';
import { createNames } from '../../schemas/names.ts';
import type { Logger } from '../log.ts';
import { defineOptions, type Options } from '../options.ts';
import type { ReleaseStack } from '../release.ts';
import type { LogOptions } from '../stream/stream.ts';
import { MAX_TOKEN_LIFETIME_MS } from '../token.ts';
import { connectNats } from './connection.ts';
import { readConsumerLags } from './consumer-lags.ts';
import { readJetStreamVersion } from './jetstream-answer.ts';
import { createNatsBus } from './nats-bus.ts';
import { openNatsKv } from './nats-kv.ts';
import { createNatsObjects } from './nats-objects.ts';
import { openNatsLog } from './nats-stream.ts';
import { purgeSubject } from './purge-subject.ts';
import { readStreamSizes } from './stream-sizes.ts';
import { readSubjectCounts } from './subject-counts.ts';

const DAY_MS = 86_400_000;
const MIB = 1024 * 1024;

/** The options of every process that uses the streams; they must agree between processes of one deployment. */
export const platformOptions = defineOptions({
  natsUrls: { type: 'list', default: ['nats://127.0.0.1:4222'], description: 'NATS servers, comma-separated.' },
  region: {
    type: 'string',
    default: '',
    description: 'Prefix of streams and subjects when deployments share servers.',
  },
  shards: {
    type: 'integer',
    default: DEFAULT_SHARDS,
    min: 1,
    max: 1024,
    unit: 'count',
    description: 'Shards of the frame stream; fixed when the stream is made, a start with another number is refused.',
  },
  streamReplicas: { type: 'integer', default: 1, min: 1, max: 5, unit: 'count', description: 'Copies of each stream.' },
  framesMaxBytes: {
    type: 'integer',
    default: 4096 * MIB,
    min: MIB,
    unit: 'bytes',
    description: 'Size of the frame stream; when it is full devices are refused, nothing is dropped.',
  },
  deadMaxBytes: {
    type: 'integer',
    default: 256 * MIB,
    min: MIB,
    unit: 'bytes',
    description: 'Size of the dead letters.',
  },
  factsMaxBytes: {
    type: 'integer',
    default: 512 * MIB,
    min: MIB,
    unit: 'bytes',
    description: 'Size of the facts; when it is full activities wait, nothing is dropped.',
  },
  uploadsMaxBytes: {
    type: 'integer',
    default: 384 * MIB,
    min: MIB,
    unit: 'bytes',
    description: 'Size of what people uploaded and what is not imported yet; when it is full uploads are refused.',
  },
  photosMaxBytes: {
    type: 'integer',
    default: 512 * MIB,
    min: MIB,
    unit: 'bytes',
    description: 'Size of the photos of workouts; when it is full more are refused, nothing is dropped.',
  },
  maxFrameAgeMs: {
    type: 'integer',
    default: 30 * DAY_MS,
    min: 1_000,
    unit: 'ms',
    description: 'Oldest sample that is accepted; clock corrections are kept twice as long.',
  },
});
export type PlatformOptions = Options<typeof platformOptions>;

/** An import is tried for more than two days. */
const UPLOADS_TTL_MS = 7 * DAY_MS;
/** A repeat of a publish within this is recognised by its id; it survives a killed server. */
const DUPLICATE_WINDOW_MS = 120_000;

/**
 * Everything that processes share on NATS, with the settings of each stream and bucket in one place. Streams and
 * buckets are made on first use. Throws NatsConnectionError, LogMismatchError, LogUnavailableError.
 */
export async function openPlatform(
  options: PlatformOptions,
  { name, logger, release }: { name: string; logger: Logger; release: ReleaseStack },
) {
  const names = createNames(options.region);
  const link = await connectNats({ servers: options.natsUrls, name, logger });
  release.add('the NATS connection', () => link.drain());
  const replicas = options.streamReplicas;
  const stream = (own: Pick<LogOptions, 'name' | 'subjects' | 'maxBytes' | 'metadata'>) =>
    openNatsLog(link, { ...own, replicas, duplicateWindowMs: DUPLICATE_WINDOW_MS });
  const bucket = (name: string, ttlMs: number, maxBytes = 256 * MIB) =>
    openNatsKv(link, { bucket: name, ttlMs, maxBytes, replicas });
  /** Must be longer than the oldest accepted frame, or a boot could be given a second correction. */
  const offsetsTtlMs = 2 * options.maxFrameAgeMs;

  return {
    names,
    link,
    bus: createNatsBus(link),
    offsetsTtlMs,
    frames: () =>
      stream({
        name: names.framesStream,
        subjects: [names.framesFilter],
        maxBytes: options.framesMaxBytes,
        metadata: { shards: String(options.shards) },
      }),
    dead: () =>
      stream({ name: names.deadStream, subjects: [names.deadFilter], maxBytes: options.deadMaxBytes, metadata: {} }),
    facts: () =>
      stream({ name: names.factsStream, subjects: [names.factsFilter], maxBytes: options.factsMaxBytes, metadata: {} }),
    offsets: () => bucket(names.offsetsBucket, offsetsTtlMs),
    leases: () => bucket(names.leasesBucket, 0),
    // Of 16 shards the 16 parts of roll-ups below 1 MB, older and newer at once, are half of it.
    checkpoints: () => bucket(names.checkpointsBucket, 0, 1024 * MIB),
    boardLeases: () => bucket(names.boardLeasesBucket, 0, 8 * MIB),
    /** Of a race about four kilobytes a starter, older and newer at once. */
    boardCheckpoints: () => bucket(names.boardCheckpointsBucket, 0, 384 * MIB),
    /** About a hundred and fifty bytes a starter. */
    boards: () => bucket(names.boardsBucket, 0, 128 * MIB),
    /** Nothing that is older has a token left to revoke. */
    revocations: () => bucket(names.revocationsBucket, MAX_TOKEN_LIFETIME_MS),
    ledger: () => bucket(names.ledgerBucket, 0),
    /** What was uploaded and not imported within days is forgotten. */
    uploads: () =>
      createNatsObjects(link, {
        ...{ bucket: names.uploadsBucket, ttlMs: UPLOADS_TTL_MS, maxBytes: options.uploadsMaxBytes, replicas },
      }),
    photos: () =>
      createNatsObjects(link, {
        ...{ bucket: names.photosBucket, ttlMs: 0, maxBytes: options.photosMaxBytes, replicas },
      }),
    streamSizes: () => readStreamSizes(link),
    jetStreamVersion: () => readJetStreamVersion(link),
    consumerLags: (nowMs: () => number) => readConsumerLags(link, [names.framesStream, names.factsStream], nowMs),
    /** Removes what a stream has on a subject, or on all that a filter takes, and says how many messages. */
    purgeFacts: (filter: string) => purgeSubject(link, names.factsStream, filter),
    purgeDead: (filter: string) => purgeSubject(link, names.deadStream, filter),
    deadLetterCounts: () => readSubjectCounts(link, names.deadStream),
    /** The settings of a hundred thousand athletes are half of it. */
    config: () => bucket(names.configBucket, 0),
  };
}
export type Platform = Awaited<ReturnType<typeof openPlatform>>;
