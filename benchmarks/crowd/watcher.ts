import { connect, type Socket } from 'node:net';
import { clientFrame, FrameReader, type WatchedFrame } from './frame-reader.ts';

/** Opcodes of RFC 6455. */
const TEXT = 0x1;
const CLOSE = 0x8;
const PING = 0x9;
const PONG = 0xa;
const KEY = 'c2xpcHN0cmVhbSB3YXRjaA==';
const END_OF_HEADER = '\r\n\r\n';
/** What `onread` reads into: sockets of one process take turns. */
const READ = Buffer.alloc(64 * 1024);

export interface WatcherPlan {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** Of the loopback: one has 28,000 ports. */
  readonly localAddress: string;
  /** What it says it wants to see. */
  readonly choice: string;
}

/** What one was told: `head` is the begin of the JSON. */
export type Told = (head: Buffer) => void;

/** One who watches a race, over a socket that costs a few kilobytes. */
export class Watcher {
  readonly #reader = new FrameReader();
  readonly #socket: Socket;
  #greeting: string | null = '';
  #isClosing = false;
  /** Why it is no longer connected; null while it is. */
  lost: string | null = null;
  bytes = 0;
  messages = 0;
  /** Resolves once the server has taken it; rejects with what it said instead. */
  readonly opened: Promise<void>;

  constructor({ host, port, path, localAddress, choice }: WatcherPlan, onTold: Told) {
    const opened = Promise.withResolvers<void>();
    this.opened = opened.promise;
    const onFrame = (frame: WatchedFrame) => this.#hear(frame, onTold);
    this.#socket = connect({
      ...{ host, port, localAddress },
      onread: {
        buffer: READ,
        callback: (length) => {
          const chunk = READ.subarray(0, length);
          this.bytes += length;
          if (this.#greeting === null) this.#reader.push(chunk, onFrame);
          else this.#greet(chunk, choice, onFrame, opened);
          return true;
        },
      },
    });
    this.#socket.setNoDelay(true);
    this.#socket.once('connect', () => {
      const head = [`GET ${path} HTTP/1.1`, `Host: ${host}:${port}`, 'Connection: Upgrade', 'Upgrade: websocket'];
      const own = [`Sec-WebSocket-Key: ${KEY}`, 'Sec-WebSocket-Version: 13'];
      this.#socket.write([...head, ...own].join('\r\n') + END_OF_HEADER);
    });
    this.#socket.on('error', (error) => this.#end(error.message, opened.reject));
    this.#socket.once('close', () => this.#end('the connection was closed', opened.reject));
  }

  stopReading(): void {
    this.#socket.pause();
  }

  startReading(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#isClosing = true;
    this.#socket.destroy();
  }

  #greet(chunk: Buffer, choice: string, onFrame: (frame: WatchedFrame) => void, opened: PromiseWithResolvers<void>) {
    const text = this.#greeting + chunk.toString('latin1');
    const end = text.indexOf(END_OF_HEADER);
    if (end < 0) {
      this.#greeting = text;
      return;
    }
    const [status] = text.split('\r\n', 1);
    if (!status.startsWith('HTTP/1.1 101')) {
      this.#end(status, opened.reject);
      this.#socket.destroy();
      return;
    }
    this.#greeting = null;
    this.#socket.write(clientFrame(TEXT, Buffer.from(choice)));
    opened.resolve();
    const rest = Buffer.from(text.slice(end + END_OF_HEADER.length), 'latin1');
    if (rest.length > 0) this.#reader.push(rest, onFrame);
  }

  #hear({ opcode, head }: WatchedFrame, onTold: Told): void {
    if (opcode === PING) this.#socket.write(clientFrame(PONG, head));
    else if (opcode === CLOSE) this.#end(`it was closed with ${head.length < 2 ? 'no code' : head.readUInt16BE(0)}`);
    else if (opcode !== PONG) {
      this.messages++;
      onTold(head);
    }
  }

  #end(why: string, reject?: (error: Error) => void): void {
    if (!this.#isClosing) this.lost ??= why;
    reject?.(new Error(why));
  }
}
