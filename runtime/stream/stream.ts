/**
 * A durable, ordered log of messages with numbered positions: what ingest writes and every processor reads. The real
 * one is a JetStream stream (`nats-stream.ts`), its twin lives in memory (`memory-stream.ts`); `conformance.ts` holds
 * both to what is written here.
 *
 * Every call may throw {@link LogUnavailableError}.
 */
export interface MessageLog {
  readonly name: string;

  /**
   * Stores one message and resolves once it is durable. `msgId` is unique for ever: a second publish with the same id
   * inside the de-duplication window resolves with `duplicate: true` and the first one's sequence.
   * `data` must not change until then.
   *
   * Throws {@link LogConflictError} unless `lastSeq`, where it is given, is the sequence of the last message on the
   * subject (this is looked at before the id: a repeat meets its own message), {@link LogFullError} at `maxBytes`, and
   * {@link LogUnavailableError} when nothing can be said about the message: publish again with the same id.
   */
  publish(subject: string, data: Uint8Array, options: PublishOptions): Promise<PublishAck>;

  /**
   * Shares one durable position among all who pull with this name. Creates the durable when it is missing; an
   * existing one keeps its position.
   */
  openDurable(name: string, options: DurableOptions): Promise<Durable>;

  /**
   * Reads in order from `fromSeq`, each message once, and goes on with new ones until stopped. Never throws: while the
   * log is out of reach it waits.
   */
  readFrom(options: {
    subjects: readonly string[];
    fromSeq: number;
    signal: AbortSignal;
  }): AsyncIterable<OrderedMessage>;

  /** The names of all durables that exist. */
  durables(): Promise<string[]>;

  /** The position of a durable, or null when it does not exist. Never ahead of the truth. */
  durablePosition(name: string): Promise<DurablePosition | null>;

  /** Sequence of the first message on `subject` at or above `fromSeq`, null when there is none. */
  nextSeq(subject: string, fromSeq: number): Promise<number | null>;

  /** Sequence of the first message stored at or after `timeMs`; one past the last when there is none. */
  seqAt(timeMs: number): Promise<number>;

  info(): Promise<LogInfo>;

  /** Removes every message below `seq`. */
  purgeBelow(seq: number): Promise<void>;
}

export interface PublishOptions {
  readonly msgId: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The last message on this subject has to have this sequence; 0: there must be none. */
  readonly lastSeq?: number;
}

export interface PublishAck {
  readonly seq: number;
  readonly duplicate: boolean;
}

export interface LogMessage {
  readonly subject: string;
  readonly seq: number;
  /** When the log stored it, ms since the epoch; the only time that a reducer sees. */
  readonly timeMs: number;
  readonly data: Uint8Array;
  /** The header's value, or '' without one. */
  header(name: string): string;
}

export interface OrderedMessage extends LogMessage {
  /** How many more there were for this reader when this one was delivered; 0: caught up. */
  readonly pendingMessages: number;
}

export interface DurableOptions {
  readonly subjects: readonly string[];
  /** A message that is neither acknowledged nor extended for this long comes again. */
  readonly ackWaitMs: number;
  readonly maxAckPending: number;
}

export interface Durable {
  /**
   * Up to `maxMessages`, waiting at most `maxWaitMs` for the first; [] when none came. A message larger than `maxBytes`
   * comes alone. One pull at a time. Throws {@link LogUnavailableError} when the log is out of reach: wait a little.
   */
  pull(options: { maxMessages: number; maxBytes: number; maxWaitMs: number }): Promise<PulledMessage[]>;
  close(): Promise<void>;
}

export interface PulledMessage extends LogMessage {
  /** 1 at the first delivery. */
  readonly deliveries: number;
  ack(): void;
  /** Gives the message back, to come again after `delayMs`. */
  nak(delayMs: number): void;
  /** Starts the acknowledgement wait anew. */
  working(): void;
}

export interface DurablePosition {
  /** Every message up to here was acknowledged. */
  readonly ackFloorSeq: number;
  readonly pendingMessages: number;
  readonly unackedMessages: number;
}

export interface LogInfo {
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly messages: number;
  readonly bytes: number;
  /** 0 when there is no limit. */
  readonly maxBytes: number;
}

export interface LogOptions {
  readonly name: string;
  readonly subjects: readonly string[];
  /** 0 for no limit. At the limit new messages are refused; old ones are never dropped. */
  readonly maxBytes: number;
  readonly duplicateWindowMs: number;
  /** Fixed at creation: opening a log with other metadata throws {@link LogMismatchError}. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly replicas: number;
}

/** The log is at `maxBytes`. Nothing was stored; it goes on by itself once there is room. */
export class LogFullError extends Error {
  override name = 'LogFullError';
}

/** Another message came first. Nothing was stored. */
export class LogConflictError extends Error {
  override name = 'LogConflictError';
}

/** Time-out, lost connection or no leader: the message may or may not be stored. Publish again with the same id. */
export class LogUnavailableError extends Error {
  override name = 'LogUnavailableError';
}

/** The log exists with other metadata (another number of shards, say). */
export class LogMismatchError extends Error {
  override name = 'LogMismatchError';
}
