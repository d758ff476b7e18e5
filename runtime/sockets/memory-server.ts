import type { Logger } from '../log.ts';
import { StartError } from '../service.ts';
import { wordOf } from './paths.ts';
import type { Peer, PeerRequest } from './peer.ts';
import {
  CLOSE_CODE,
  type CutOffLimit,
  DEFAULT_PORT_OPTION,
  type SendResult,
  type Socket,
  type SocketServer,
  type SocketServerOptions,
} from './socket-server.ts';
import { createTopics } from './topics.ts';

export interface MemorySocketServer extends SocketServer {
  /** Connects, or rejects with the HTTP status in the message, as a client library would. */
  connect(request?: PeerRequest): Promise<Peer>;
}

/** What the kernels of both sides hold between a server that writes and a peer that does not read. */
const WIRE_BYTES = 64 * 1024;

/**
 * The contract in memory, for tests of what uses it. Everything travels by promise callbacks, so its order follows from
 * the order of calls. Bytes given to `message` are overwritten when the handler returns, because the contract says so.
 * There is no idle time-out: nothing is lost between its ends.
 */
export function createMemorySocketServer<Data>(options: SocketServerOptions<Data>, log: Logger): MemorySocketServer {
  const { path, handlers, maxMessageBytes, maxBackpressureBytes, maxConnections } = options;
  const connections = new Set<Connection>();
  const topics = createTopics<Connection>();
  let isListening = false;

  /** Both ends of one connection: `outgoing` waits for the peer, `incoming` waits for us. */
  class Connection implements Socket<Data> {
    readonly remoteAddress = 'memory';
    readonly data: Data;
    private readonly outgoing: Uint8Array[] = [];
    private outgoingBytes = 0;
    private readonly incoming: { bytes: Uint8Array; kind: 'binary' | 'text' }[] = [];
    private isOpen = true;
    private isSayingGoodbye = false;
    private isPaused = false;
    private isPeerReading = true;
    private isWaitingForDrain = false;
    private listener: ((bytes: Uint8Array) => void) | undefined;
    private readonly whenClosed = Promise.withResolvers<number>();
    readonly peer: Peer;

    constructor(data: Data) {
      this.data = data;
      this.peer = {
        send: (bytes, kind = 'binary') => this.arrive(bytes, kind),
        onMessage: (listener) => {
          this.listener = listener;
          this.later(() => this.deliver());
        },
        closed: this.whenClosed.promise,
        stopReading: () => {
          this.isPeerReading = false;
        },
        startReading: () => {
          this.isPeerReading = true;
          this.later(() => this.deliver());
        },
        close: (code = CLOSE_CODE.normal) => this.later(() => this.end(code)),
        vanish: () => this.end(CLOSE_CODE.abnormal),
      };
    }

    send(bytes: Uint8Array): SendResult {
      if (!this.isOpen || this.isSayingGoodbye) return 'dropped';
      if (this.bufferedBytes() >= maxBackpressureBytes) {
        if (options.whenSlow === 'close') this.later(() => this.end(CLOSE_CODE.abnormal, 'backpressure'));
        return 'dropped';
      }
      this.outgoing.push(bytes);
      this.outgoingBytes += bytes.byteLength;
      this.later(() => this.deliver());
      if (this.bufferedBytes() === 0) return 'sent';
      this.isWaitingForDrain = true;
      return 'buffered';
    }

    sendAll(messages: readonly Uint8Array[]): SendResult {
      let result: SendResult = 'sent';
      for (const bytes of messages) {
        const own = this.send(bytes);
        if (own !== 'sent' && result !== 'dropped') result = own;
      }
      return result;
    }

    bufferedBytes(): number {
      return this.isOpen ? Math.max(0, this.outgoingBytes - WIRE_BYTES) : 0;
    }

    pause(): void {
      this.isPaused = true;
    }

    resume(): void {
      this.isPaused = false;
      this.later(() => this.receive());
    }

    subscribe(topic: string): void {
      if (this.isOpen) topics.add(topic, this);
    }

    unsubscribe(topic: string): void {
      topics.delete(topic, this);
    }

    close(code: number): void {
      this.isSayingGoodbye = true;
      this.later(() => {
        this.deliver();
        this.end(code);
      });
    }

    terminate(): void {
      this.later(() => this.end(CLOSE_CODE.abnormal));
    }

    open(): void {
      this.guarded('open', () => handlers.open?.(this));
    }

    private arrive(bytes: Uint8Array, kind: 'binary' | 'text'): void {
      this.incoming.push({ bytes: new Uint8Array(bytes), kind });
      this.later(() => this.receive());
    }

    private receive(): void {
      while (this.isOpen && !this.isPaused && this.incoming.length > 0) {
        const { bytes, kind } = this.incoming.shift()!;
        if (bytes.byteLength > maxMessageBytes) {
          this.end(CLOSE_CODE.tooBig, 'message');
        } else {
          this.guarded('message', () => handlers.message(this, bytes, kind));
          bytes.fill(0xdd);
        }
      }
    }

    private deliver(): void {
      while (this.isPeerReading && this.listener && this.outgoing.length > 0) {
        const bytes = this.outgoing.shift()!;
        this.outgoingBytes -= bytes.byteLength;
        this.listener(new Uint8Array(bytes));
      }
      if (!this.isOpen || !this.isWaitingForDrain || this.bufferedBytes() > 0) return;
      this.isWaitingForDrain = false;
      this.guarded('drain', () => handlers.drain?.(this));
    }

    private end(code: number, limit: CutOffLimit | null = null): void {
      if (!this.isOpen) return;
      this.isOpen = false;
      // Last words wait for a peer that does not listen yet; a cut takes them along.
      if (code === CLOSE_CODE.abnormal) this.outgoing.length = 0;
      this.incoming.length = 0;
      connections.delete(this);
      topics.deleteMember(this);
      this.whenClosed.resolve(code);
      this.guarded('close', () => handlers.close?.(this, code, limit));
    }

    private guarded(what: string, handle: () => void): void {
      try {
        handle();
      } catch (err) {
        log.error({ err, remoteAddress: this.remoteAddress }, `the socket handler ${what} threw`);
        this.close(CLOSE_CODE.internalError);
      }
    }

    private later(work: () => void): void {
      queueMicrotask(work);
    }
  }

  return {
    adapter: 'memory',
    canPause: true,
    async listen({ host, port }) {
      if (isListening)
        throw new StartError(
          `${host}:${port} is taken: give another port with ${options.portOption ?? DEFAULT_PORT_OPTION}`,
        );
      isListening = true;
      return { host, port };
    },
    async connect({ path: wanted = path, query = '', origin, cookie } = {}) {
      if (!isListening) throw new Error('connection refused');
      const word = wordOf(path, wanted);
      if (word === null) throw new Error('Unexpected server response: 404');
      if (connections.size >= maxConnections) throw new Error('Unexpected server response: 503');
      const data = options.createData({ query, word, origin, host: 'memory', cookie, remoteAddress: 'memory' });
      const connection = new Connection(data);
      connections.add(connection);
      connection.open();
      return connection.peer;
    },
    publish(topic, bytes) {
      let count = 0;
      for (const connection of topics.members(topic)) if (connection.send(bytes) !== 'dropped') count++;
      return count;
    },
    connectionCount: () => connections.size,
    stopListening() {
      isListening = false;
    },
    async close() {
      isListening = false;
      const open = [...connections];
      for (const connection of open) connection.close(CLOSE_CODE.goingAway);
      await Promise.all(open.map((connection) => connection.peer.closed));
    },
  };
}
