import type { Ledger } from '../../runtime/ledger.ts';
import type { TurnedAwayLedger } from '../../runtime/turned-away.ts';
import type { OperationsDeps } from './operations.ts';

export const ledger: Ledger = {
  balanced: true,
  stores: [
    { store: 'questdb', accepted: 10, written: 7, refused: 1, expired: 1, inFlight: 1, balanced: true },
    { store: 'clickhouse', accepted: 10, written: 9, refused: 1, expired: 0, inFlight: 0, balanced: true },
  ],
};

export const turnedAway: TurnedAwayLedger = {
  refused: 4,
  shed: 6,
  reasons: { stream_full: 4, shed_background: 5, shed_live: 1 },
};

/** What each part says of itself, for a test to change. */
export function createMemoryOperationsRead(): OperationsDeps['read'] {
  const [questdb, clickhouse] = ledger.stores;
  return {
    engine: {
      nats: async () => ({ version: '2.15.1', isWell: true }),
      questdb: async () => ({ version: '9.3.4', isWell: true }),
      clickhouse: async () => ({ version: '26.7.1', isWell: true }),
    },
    consumers: async () => [
      { stream: 'FRAMES', consumer: 'clickhouse', readers: 1, waitingMessages: 3, behindMs: 1_200 },
      { stream: 'FRAMES', consumer: '', readers: 16, waitingMessages: 0, behindMs: 0 },
    ],
    accepted: async () => 10,
    account: { questdb: async () => questdb, clickhouse: async () => clickhouse },
    turnedAway: async () => turnedAway,
    deadLetters: async () => ({
      messages: 4,
      subjects: new Map([
        ['dead.frame_too_old.watch-1', 2],
        ['dead.frame_too_old.ben-1', 1],
        ['dead.foreign_device.watch-1', 1],
      ]),
    }),
    connections: async () => ({ devices: { mqtt: 2, websocket: 1 }, ingests: 1, silentIngests: 0, nats: 4 }),
  };
}
