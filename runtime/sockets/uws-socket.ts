import type * as UwsModule from 'uWebSockets.js';
import type { ConnectionRequest, CutOffLimit, SendResult, Socket } from './socket-server.ts';

/** The library as it is: its type declarations miss two facts about listening. */
export type Uws = typeof UwsModule & { LIBUS_LISTEN_EXCLUSIVE_PORT: number };

/** What the library keeps for us with each connection. */
export interface Slot<Data> {
  request: ConnectionRequest;
  socket?: UwsSocket<Data>;
}

/** What uWebSockets.js answers to a send. */
const SENT = 1;
const DROPPED = 2;

/**
 * One connection: open → (saying goodbye →) gone.
 *
 * The library's object must not be touched after its close event, so `handle` is taken away then, and every call is
 * harmless from there on. The library gives a connection away as soon as it is told to end it, with whatever still
 * waits for the peer; nobody could cut it off or wait for it any more. So a goodbye is kept until all that was sent
 * before is with the kernel: until then the connection is counted, cut off and closed like any other. A peer that was
 * told goodbye and does not close its side is dropped by the library some 17 s later (measured), whatever it sends.
 */
export class UwsSocket<Data> implements Socket<Data> {
  readonly data: Data;
  readonly remoteAddress: string;
  limit: CutOffLimit | null = null;
  handle: UwsModule.WebSocket<Slot<Data>> | undefined;
  isWaitingForDrain = false;
  private goodbye: { code: number; reason: string } | undefined;
  private readonly closesWhenSlow: boolean;

  constructor(handle: UwsModule.WebSocket<Slot<Data>>, remoteAddress: string, data: Data, closesWhenSlow: boolean) {
    this.handle = handle;
    this.remoteAddress = remoteAddress;
    this.data = data;
    this.closesWhenSlow = closesWhenSlow;
  }

  get isSayingGoodbye(): boolean {
    return this.goodbye !== undefined;
  }

  send(bytes: Uint8Array): SendResult {
    if (this.handle === undefined || this.goodbye !== undefined) return 'dropped';
    const result = this.handle.send(bytes, true);
    if (result === SENT) return 'sent';
    if (result === DROPPED) {
      this.tooSlow();
      if (this.closesWhenSlow) this.terminate();
      return 'dropped';
    }
    this.isWaitingForDrain = true;
    return 'buffered';
  }

  sendAll(messages: readonly Uint8Array[]): SendResult {
    if (messages.length === 1) return this.send(messages[0]);
    const { handle } = this;
    if (handle === undefined || this.goodbye !== undefined) return 'dropped';
    let result: SendResult = 'sent';
    handle.cork(() => {
      for (const bytes of messages) {
        const own = this.send(bytes);
        if (own !== 'sent' && result !== 'dropped') result = own;
      }
    });
    // What the library held together until here may not have fitted into the kernel.
    if (this.bufferedBytes() === 0) return result;
    this.isWaitingForDrain = true;
    return result === 'sent' ? 'buffered' : result;
  }

  /** A message was dropped, sent or published. The library cuts the connection by itself where it is to be cut. */
  tooSlow(): void {
    if (this.closesWhenSlow) this.limit ??= 'backpressure';
  }

  bufferedBytes(): number {
    return this.handle?.getBufferedAmount() ?? 0;
  }

  pause(): void {
    // The library cannot pause a WebSocket: see `canPause`.
  }

  resume(): void {
    // Nothing was paused.
  }

  subscribe(topic: string): void {
    if (this.goodbye === undefined) this.handle?.subscribe(topic);
  }

  unsubscribe(topic: string): void {
    this.handle?.unsubscribe(topic);
  }

  close(code: number, reason = ''): void {
    if (this.handle === undefined || this.goodbye !== undefined) return;
    this.goodbye = { code, reason };
    if (this.bufferedBytes() === 0) this.sayGoodbye();
    else for (const topic of this.handle.getTopics()) this.handle.unsubscribe(topic);
  }

  /** To be called when nothing waits for the peer any more. */
  sayGoodbye(): void {
    if (this.goodbye) this.handle?.end(this.goodbye.code, this.goodbye.reason);
  }

  terminate(): void {
    this.handle?.close();
  }
}
