import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { gaugeCertificate, openCertificate } from '../runtime/certificate.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Health } from '../runtime/health.ts';
import { LATENCY_BUCKETS_MS, type Metrics } from '../runtime/metrics.ts';
import type { Platform } from '../runtime/nats/platform.ts';
import { OptionError, type Options } from '../runtime/options.ts';
import { createPriorities } from '../runtime/priorities.ts';
import type { MainContext } from '../runtime/run-main.ts';
import type { Service } from '../runtime/service.ts';
import { createSocketServer } from '../runtime/sockets/choose.ts';
import { DEFAULT_PRIORITY } from '../schemas/priority.ts';
import { chooseAuthenticator } from './auth/choose-authenticator.ts';
import { createAddressSet } from './connections/address-group.ts';
import { createConnections } from './connections/connections.ts';
import { createFrontEndCounts } from './connections/counts.ts';
import { createFrontEndMetrics } from './connections/front-end-metrics.ts';
import { type ConnectionLimits, DEFAULT_LIMITS } from './connections/limits.ts';
import { createIngest, type IngestLimits } from './ingest.ts';
import { createDecodeThread } from './lane/decode-thread.ts';
import type { IngestMetrics } from './metrics.ts';
import { createMqttServer } from './mqtt/server.ts';
import { createClockOffsets } from './offsets.ts';
import type { ingestOptions } from './options.ts';
import { createReadForwarder } from './races/forward-reads.ts';
import { createRaceBoards } from './races/race-boards.ts';
import { createTurnedAway } from './turned-away.ts';
import { createWebsocketServer } from './websocket/server.ts';

const KIB = 1024;

export interface IngestServerDeps {
  readonly options: Options<typeof ingestOptions>;
  readonly platform: Platform;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly log: MainContext['log'];
}

/** The path of a frame with its front ends, as one service. Throws StartError when it cannot start as asked. */
export async function createIngestServer(deps: IngestServerDeps): Promise<Service> {
  const { options, platform, health, log } = deps;
  const { names, bus } = platform;
  const clock = systemClock;
  const { authenticator, stop: stopAuthenticator } = await chooseAuthenticator({
    options,
    openRevocations: platform.revocations,
    health,
    metrics: deps.metrics,
    clock,
    logger: log,
    // Those of all connections, so that a fleet that comes back at once is let in quickly.
    maxCachedTokens: DEFAULT_LIMITS.maxConnections,
  });
  const certificate = await openCertificate(options, { clock, logger: log });
  gaugeCertificate(deps.metrics, certificate);
  const limits = limitsOf(options);
  const instance = randomBytes(8).toString('hex');
  const priorities = createPriorities({ kv: await platform.config(), clock, logger: log });
  const turnedAway = createTurnedAway({ kv: await platform.ledger(), instance, clock, log });
  const ingest = createIngest({
    frames: await platform.frames(),
    dead: await platform.dead(),
    offsets: createClockOffsets({ kv: await platform.offsets(), clock, ttlMs: platform.offsetsTtlMs, log }),
    createThread: () => createDecodeThread(limits),
    lanes: options.lanes ?? Math.max(1, availableParallelism() - 1),
    shards: options.shards,
    instance,
    names,
    clock,
    limits,
    metrics: createIngestMetrics(deps),
    turnedAway,
    logger: log,
  });
  const connectionLimits = connectionLimitsOf(options);
  const connections = createConnections({ limits: connectionLimits, bus, names, clock, log });
  const raceBoards = createRaceBoards({ kv: await platform.boards(), clock, log });
  const counts = { mqtt: createFrontEndCounts(), websocket: createFrontEndCounts() };
  createFrontEndMetrics(deps.metrics, counts);
  const frontEnd = {
    intake: ingest.intake,
    authenticator,
    connections,
    priorities,
    raceBoards,
    reads: createReadForwarder({ bus, names, log }),
    limits: connectionLimits,
    bus,
    names,
    clock,
    log,
    host: options.host,
    reusePort: options.reusePort,
    certificate,
  };
  const mqtt = createMqttServer({ ...frontEnd, counts: counts.mqtt, port: options.mqttPort });
  const websocket = await createWebsocketServer({
    ...frontEnd,
    counts: counts.websocket,
    port: options.websocketPort,
    createSockets: (socketOptions) => createSocketServer(socketOptions, log),
  });
  await mqtt.listen();
  await websocket.listen();
  deps.metrics.gauge({
    name: 'ingest_stream_used_percent',
    help: 'How full the stream of frames is.',
    read: ingest.usedPercent,
  });
  deps.metrics.gauge({
    name: 'ingest_addresses',
    help: 'Remote addresses whose connections and attempts are counted.',
    read: () => connections.addresses,
  });
  deps.metrics.gauge({
    name: 'ingest_followed_races',
    help: 'Races whose board somebody listens to.',
    read: () => raceBoards.followedRaces,
  });
  health.register('intake', () => {
    const reason = ingest.intake.refusesFrame(DEFAULT_PRIORITY);
    return reason === null ? { ok: true } : { ok: false, detail: reason };
  });
  const stopped = Promise.withResolvers<void>();
  return {
    name: 'ingest',
    run: () => stopped.promise,
    async drain() {
      await ingest.drain(new AbortController().signal);
      await Promise.all([mqtt.drain(), websocket.drain()]);
    },
    async stop() {
      await Promise.all([mqtt.stop(), websocket.stop()]);
      connections.stop();
      raceBoards.stop();
      stopAuthenticator();
      certificate?.stop();
      priorities.stop();
      await ingest.stop();
      await turnedAway.stop();
      stopped.resolve();
    },
  };
}

function limitsOf(options: IngestServerDeps['options']): IngestLimits {
  return {
    maxBatchBytes: 64 * KIB,
    maxAgeMs: options.maxFrameAgeMs,
    maxFutureMs: options.maxFutureMs,
    maxClockJumpMs: 30_000,
    maxDevices: 50_000,
    maxTaskFrames: 16_384,
    targetTaskBytes: 512 * KIB,
    lingerMs: options.lingerMs,
    busyLingerMs: options.busyLingerMs,
    // 27 at sixteen shards: a batch then holds some seventy frames.
    busyFramesPerMs: 1.7 * options.shards,
    smallLingerMs: options.smallLingerMs,
    // As protobuf; a message then holds some fifty samples of frames of one or two.
    smallTaskBytes: 3 * KIB * options.shards,
    maxUnstoredBatches: 2 * options.shards,
    maxUnsettledBytes: options.maxUnsettledBytes,
    maxDeadBytesPerDeviceHour: options.maxDeadBytesPerDeviceHour,
    retryDelayMs: 300,
    slowDownMs: 1_000,
  };
}

/** Throws OptionError: a network that is none would quietly trust nobody. */
function connectionLimitsOf(options: IngestServerDeps['options']): ConnectionLimits {
  try {
    createAddressSet(options.trustedAddresses);
  } catch (err) {
    if (err instanceof RangeError) throw new OptionError(`--trusted-addresses: ${err.message}`);
    throw err;
  }
  return {
    ...DEFAULT_LIMITS,
    maxConnectionsPerAddress: options.maxConnectionsPerAddress,
    maxUnauthenticatedPerAddress: options.maxUnauthenticatedPerAddress,
    maxConnectsPerAddressMinute: options.maxConnectsPerAddressMinute,
    maxFailedConnectsPerAddressMinute: options.maxFailedConnectsPerAddressMinute,
    maxUnauthenticatedBytesPerAddressMinute: options.maxUnauthenticatedBytesPerAddressMinute,
    trustedAddresses: options.trustedAddresses,
  };
}

function createIngestMetrics({ metrics, log }: IngestServerDeps): IngestMetrics {
  const frames = metrics.counter({ name: 'ingest_frames_total', help: 'Frames stored.' });
  const samples = metrics.counter({ name: 'ingest_samples_total', help: 'Samples stored.' });
  const nulled = metrics.counter({ name: 'ingest_nulled_total', help: 'Values outside their limits, stored as NULL.' });
  const bytes = metrics.counter({ name: 'ingest_batch_bytes_total', help: 'Bytes of the batches stored.' });
  const batches = metrics.counter({ name: 'ingest_batches_total', help: 'Batches stored.' });
  const ended = metrics.counter({
    name: 'ingest_frames_ended_total',
    help: 'Frames that were not stored as samples, by reason.',
    labels: ['reason'] as const,
  });
  const jumps = metrics.counter({ name: 'ingest_clock_jumps_total', help: 'Frames whose clock jumped within a boot.' });
  const retries = metrics.counter({ name: 'ingest_publish_retries_total', help: 'Publishes that had no answer.' });
  const latency = metrics.histogram({
    name: 'ingest_ack_latency_ms',
    help: 'From the arrival of the oldest frame of a batch until the batch is durable, ms.',
    buckets: LATENCY_BUCKETS_MS,
  });
  return {
    stored(batch, ageMs) {
      frames.add(batch.frames);
      samples.add(batch.samples);
      nulled.add(batch.nulled);
      bytes.add(batch.block.length);
      batches.add(1);
      latency.observe(ageMs);
    },
    ended: (reason) => ended.add(1, { reason }),
    clockJumps: (count) => jumps.add(count),
    publishRetried(err) {
      retries.add(1);
      log.warn({ err }, 'a publish had no answer; trying again');
    },
    threadFailed: (err) => log.error({ err }, 'a decoding thread failed'),
  };
}
