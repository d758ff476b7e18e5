/**
 * Words between processes that need no keeping: who is alive, commands to devices, ticks of live views. The real one
 * is NATS core (`nats-bus.ts`), its twin lives in memory (`memory-bus.ts`).
 */
export interface Bus {
  publish(subject: string, data: Uint8Array): void;
  /** Of those who subscribe with the same `queue` each message goes to one, the processes of a service for example. */
  subscribe(subject: string, handler: (message: BusMessage) => void, options?: { queue?: string }): Subscription;
  /** Throws {@link NoRespondersError} at once when nobody serves the subject, {@link BusTimeoutError} after a wait. */
  request(subject: string, data: Uint8Array, timeoutMs: number): Promise<Uint8Array>;
  /** Resolves once everything subscribed so far is known to the server. */
  flush(): Promise<void>;
}

export interface BusMessage {
  readonly subject: string;
  readonly data: Uint8Array;
  /** False when nobody waits for the answer. */
  respond(data: Uint8Array): boolean;
}

export interface Subscription {
  stop(): void;
}

export class NoRespondersError extends Error {
  override name = 'NoRespondersError';
}

export class BusTimeoutError extends Error {
  override name = 'BusTimeoutError';
}
