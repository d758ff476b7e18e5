/** What `GET /v1/operations` answers and the page of operators shows: how the platform stands now. */
export interface Operations {
  /** When it was put together, ms since the epoch by the server's clock. */
  readonly atMs: number;
  readonly engines: EngineState[];
  readonly flows: Flow[];
  /** Null while NATS does not say. */
  readonly consumers: ConsumerLag[] | null;
  readonly accounts: Account[];
  /** Frames that were never acknowledged, by ingest's own count; null while NATS does not say. */
  readonly turnedAway: { readonly refused: number; readonly shed: number } | null;
  /** Null while NATS does not say. */
  readonly deadLetters: DeadLetterCounts | null;
  readonly connections: Connections;
}

export type EngineName = 'nats' | 'questdb' | 'clickhouse';

/**
 * `up` it answers; `unwell` it answers, and says that it does not do its work (tables that apply nothing, a full disk);
 * `silent` no answer in time; `down` it cannot be asked.
 */
export type EngineHealth = 'up' | 'unwell' | 'silent' | 'down';

export interface EngineState {
  readonly engine: EngineName;
  readonly health: EngineHealth;
  /** Null while it is not known. */
  readonly version: string | null;
  /** How long it took to answer, ms; null without an answer. */
  readonly tookMs: number | null;
}

/** Samples that came, or that a store wrote. */
export type FlowName = 'accepted' | 'questdb' | 'clickhouse';

export interface Flow {
  readonly flow: FlowName;
  /** Samples a second over the last `overMs`; null until two readings are known. */
  readonly perS: number | null;
  /** A minute at most. */
  readonly overMs: number;
  /** The last minutes, oldest first; each over the ten seconds before it. */
  readonly recent: { readonly atMs: number; readonly perS: number }[];
}

export interface ConsumerLag {
  readonly stream: string;
  /** A sink's durable, or `''` for all who read in order and keep checkpoints of their own. */
  readonly consumer: string;
  /** Who reads; 1 for a durable, however many processes share it. */
  readonly readers: number;
  /** Not acknowledged; of those who read in order: not sent to them. */
  readonly waitingMessages: number;
  /** Age of the oldest of them, ms; 0 when none waits. */
  readonly behindMs: number;
}

/** The ledger of one store in samples, or null while one of its sides does not answer. */
export interface Account {
  readonly store: 'questdb' | 'clickhouse';
  readonly ledger: {
    readonly accepted: number;
    readonly written: number;
    readonly refused: number;
    readonly expired: number;
    readonly inFlight: number;
    readonly balanced: boolean;
  } | null;
}

export interface DeadLetterCounts {
  readonly messages: number;
  /** Null when too many devices have some for them to be counted by reason. */
  readonly reasons: Readonly<Record<string, number>> | null;
}

export interface Connections {
  /** Of devices by protocol, summed over the processes of ingest that answer; null when none is named or answers. */
  readonly devices: Readonly<Record<string, number>> | null;
  /** Processes of ingest that are named, and how many of them do not answer. */
  readonly ingests: number;
  readonly silentIngests: number;
  /** Clients of the NATS servers whose monitors are named; null when none is, or one does not answer. */
  readonly nats: number | null;
}
