import { Type } from 'typebox';
import type { Ledger } from '../../runtime/ledger.ts';
import type { Access } from '../access.ts';
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
    deadLetters: count('Frames, and batches that a store refused, kept with the reason because nobody can use them'),
  },
  { additionalProperties: false },
);

export interface LedgerRoutesDeps {
  readonly access: Access;
  readonly readLedger: () => Promise<Ledger>;
  readonly countDeadLetters: () => Promise<number>;
}

export function addLedgerRoutes(server: ApiServer, { access, readLedger, countDeadLetters }: LedgerRoutesDeps): void {
  const schema = {
    operationId: 'readLedger',
    summary: 'What was accepted, and what became of it in each store',
    tags: ['operation'],
    security: [{ token: [] }],
    response: {
      200: { description: 'The ledger now', content: { 'application/json': { schema: LedgerSchema } } },
      ...problemResponses(
        'missing_token',
        'bad_token',
        'expired_token',
        'revoked_token',
        'operator_only',
        'internal_error',
        'store_unavailable',
        'revocations_unknown',
      ),
    },
  };
  server.get('/v1/ledger', { schema }, async (request) => {
    await access.require(request, {});
    const [{ balanced, stores }, deadLetters] = await Promise.all([readLedger(), countDeadLetters()]);
    return { balanced, stores: [...stores], deadLetters };
  });
}
