/** The other end of a connection, as tests hold it: the twin makes it in memory, `ws-peer.ts` on a real socket. */
export interface Peer {
  send(bytes: Uint8Array, kind?: 'binary' | 'text'): void;
  /** Called with each message, in order. Messages that came before are delivered to the first listener. */
  onMessage(listener: (bytes: Uint8Array) => void): void;
  /** Resolves with the close code when the connection is over. */
  readonly closed: Promise<number>;
  stopReading(): void;
  startReading(): void;
  close(code?: number): void;
  /** Is gone without a word; the server sees 1006. */
  vanish(): void;
}

/** What a peer says when it connects. */
export interface PeerRequest {
  path?: string;
  query?: string;
  origin?: string;
  cookie?: string;
}
