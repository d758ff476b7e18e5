import { Type } from 'typebox';
import type { Ledger } from '../../runtime/ledger.ts';
import type { TurnedAwayLedger } from '../../runtime/turned-away.ts';
import { type Access, TOKEN_PROBLEMS } from '../access.ts';
import { problemResponses } from '../problem.ts';
import type { ApiServer } from '../server.ts';

const count = (description: string) => Type.Integer({ minimum: 0, description });

const StoreLedger = Type.Object(
  {
    store: Type.String(),
    accepted: count('Acknowledged to devices'),
    written: Type.Integer({ description: 'Stored' }),
    refused: count('Given up because the store refused them; kept in DEAD'),
    expired: count('Older than the store keeps'),
    inFlight: Type.Integer({
      description:
        'Accepted and neither stored nor given up yet; below 0 for a moment when a store is ahead of the count',
    }),
    balanced: Type.Boolean({ description: 'No count is below 0: accepted = written + refused + expired + inFlight' }),
  },
  { additionalProperties: false },
);

const LedgerSchema = Type.Object(
  {
    balanced: Type.Boolean({ description: 'True when every store is' }),
    stores: Type.Array(StoreLedger, { description: 'Counts of samples' }),
    turnedAway: Type.Object(
      {
        refused: count('Not taken, whoever sent them'),
        shed: count('Given up because of the priority of their devices'),
        reasons: Type.Record(Type.String(), Type.Integer(), { description: 'Both by reason' }),
      },
      {
        additionalProperties: false,
        description:
          'Counts of frames that were never acknowledged, so that their devices have them; no part of accepted',
      },
    ),
    deadLetters: count('Frames, and batches that a store refused, kept with the reason because nobody can use them'),
  },
  { additionalProperties: false },
);

export interface LedgerRoutesDeps {
  readonly access: Access;
  readonly readLedger: () => Promise<Ledger>;
  readonly readTurnedAway: () => Promise<TurnedAwayLedger>;
  readonly countDeadLetters: () => Promise<number>;
}

export function addLedgerRoutes(server: ApiServer, deps: LedgerRoutesDeps): void {
  const schema = {
    operationId: 'readLedger',
    summary: 'What was accepted, and what became of it in each store',
    tags: ['operation'],
    security: [{ token: [] }],
    response: {
      200: { description: 'The ledger now', content: { 'application/json': { schema: LedgerSchema } } },
      ...problemResponses('operator_only', 'internal_error', 'store_unavailable', ...TOKEN_PROBLEMS),
    },
  };
  server.get('/v1/ledger', { schema }, async (request) => {
    await deps.access.require(request, {});
    const [{ balanced, stores }, turnedAway, deadLetters] = await Promise.all([
      deps.readLedger(),
      deps.readTurnedAway(),
      deps.countDeadLetters(),
    ]);
    const reasons = turnedAway.reasons as Record<string, number>;
    return { balanced, stores: [...stores], turnedAway: { ...turnedAway, reasons }, deadLetters };
  });
}
