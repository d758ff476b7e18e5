import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Logger } from '../log.ts';
import { StartError } from '../service.ts';

export interface NatsOptions {
  /** One or several, `nats://host:port`. */
  readonly servers: readonly string[];
  /** Shown in the server's list of connections. */
  readonly name: string;
  readonly connectTimeoutMs?: number;
  /** How long an answer of JetStream may take. */
  readonly requestTimeoutMs?: number;
  readonly logger: Logger;
}

/** No server answered while connecting, or the connection is closed for good. */
export class NatsConnectionError extends StartError {
  override name = 'NatsConnectionError';
}

/**
 * One connection to NATS with what its adapters need to know about it.
 *
 * States: connected → lost → connected … → closed. Lost connections are retried for ever, every 250 to 500 ms. While
 * lost nothing is sent: adapters refuse at once instead of letting the client gather messages in memory.
 */
export interface NatsLink {
  readonly nc: NatsConnection;
  readonly jsm: JetStreamManager;
  readonly requestTimeoutMs: number;
  readonly logger: Logger;
  isConnected(): boolean;
  /** True once connected, false when that did not happen in time or the link was closed. */
  whenConnected(timeoutMs: number): Promise<boolean>;
  /** Calls `run` at each loss of the connection, and once when it is closed; returns what takes it back. */
  onLost(run: () => void): () => void;
  /** Sends what was handed over, then closes. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

const RETRY_MIN_MS = 250;
const RETRY_SPREAD_MS = 250;
/** A server that is stopped but not dead is noticed after two unanswered pings. */
const PING_INTERVAL_MS = 5_000;
const MAX_PINGS_OUT = 2;

/** Throws {@link NatsConnectionError} when no server answers within `connectTimeoutMs`. */
export async function connectNats(options: NatsOptions): Promise<NatsLink> {
  const { servers, name, connectTimeoutMs = 10_000, requestTimeoutMs = 5_000, logger } = options;
  const nc = await connectWithin(options, connectTimeoutMs);
  const jsm = await jetstreamManager(nc, { checkAPI: false, timeout: requestTimeoutMs });
  let connected = true;
  const lost = new Set<() => void>();
  const waiting = new Set<() => void>();

  function setConnected(now: boolean): void {
    if (connected === now) return;
    connected = now;
    for (const run of now ? [...waiting] : [...lost]) run();
  }

  void (async () => {
    for await (const status of nc.status()) {
      if (status.type === 'disconnect') {
        logger.warn({ name, server: status.server }, 'lost the connection to NATS');
        setConnected(false);
      } else if (status.type === 'reconnect') {
        logger.info({ name, server: status.server }, 'connected to NATS again');
        setConnected(true);
      } else if (status.type === 'error') {
        logger.error({ name, err: status.error }, 'NATS reports an error');
      } else if (status.type === 'staleConnection' || status.type === 'slowConsumer') {
        logger.warn({ name, state: status.type }, 'the connection to NATS is unwell');
      }
    }
  })();
  void nc.closed().then((error) => {
    setConnected(false);
    for (const run of [...waiting]) run();
    if (error) logger.error({ name, err: error }, 'the connection to NATS is closed for good');
  });
  logger.info({ name, servers }, 'connected to NATS');

  return {
    nc,
    jsm,
    requestTimeoutMs,
    logger,
    isConnected: () => connected,
    whenConnected(timeoutMs) {
      if (connected || nc.isClosed()) return Promise.resolve(connected);
      return new Promise((resolve) => {
        const finish = () => {
          clearTimeout(timer);
          waiting.delete(finish);
          resolve(connected);
        };
        const timer = setTimeout(finish, timeoutMs);
        waiting.add(finish);
      });
    },
    onLost(run) {
      lost.add(run);
      return () => void lost.delete(run);
    },
    async drain() {
      if (nc.isClosed()) return;
      if (connected) await nc.drain();
      else await nc.close();
    },
    close: () => nc.close(),
  };
}

async function connectWithin(options: NatsOptions, timeoutMs: number): Promise<NatsConnection> {
  const untilMs = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await connect({
        servers: [...options.servers],
        name: options.name,
        timeout: Math.max(100, untilMs - performance.now()),
        maxReconnectAttempts: -1,
        reconnectDelayHandler: retryDelayMs,
        pingInterval: PING_INTERVAL_MS,
        maxPingOut: MAX_PINGS_OUT,
        ignoreAuthErrorAbort: true,
        noAsyncTraces: true,
      });
    } catch (error) {
      const delayMs = retryDelayMs();
      if (performance.now() + delayMs > untilMs) {
        throw new NatsConnectionError(`no answer from NATS at ${options.servers.join(', ')}`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }
}

function retryDelayMs(): number {
  return RETRY_MIN_MS + Math.random() * RETRY_SPREAD_MS;
}
