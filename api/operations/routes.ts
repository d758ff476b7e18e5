import { Type } from 'typebox';
import type { Operations } from '../../schemas/operations.ts';
import { type Access, TOKEN_PROBLEMS } from '../access.ts';
import { problemResponses } from '../problem.ts';
import type { ApiServer } from '../server.ts';

const closed = { additionalProperties: false } as const;
const count = (description: string) => Type.Integer({ minimum: 0, description });
const orNull = <Schema extends Type.TSchema>(schema: Schema, description: string) =>
  Type.Union([schema, Type.Null()], { description });
const ms = (description: string) => Type.Number({ minimum: 0, description: `${description}, ms` });
const perS = Type.Number({ description: 'Samples a second' });

const Engine = Type.Object(
  {
    engine: Type.Enum(['nats', 'questdb', 'clickhouse']),
    health: Type.Enum(['up', 'unwell', 'silent', 'down'], {
      description:
        '`unwell`: it answers, and does not do its work; `silent`: no answer in time; `down`: it cannot be asked',
    }),
    version: orNull(Type.String(), 'Null while it is not known'),
    tookMs: orNull(ms('How long it took to answer'), 'Null without an answer'),
  },
  closed,
);

const FlowSchema = Type.Object(
  {
    flow: Type.Enum(['accepted', 'questdb', 'clickhouse'], { description: 'Samples accepted, or written by a store' }),
    perS: orNull(perS, 'Null until two readings are known'),
    overMs: ms('What it is the mean of: a minute at most'),
    recent: Type.Array(Type.Object({ atMs: Type.Integer(), perS }, closed), {
      description: 'The last five minutes as far as somebody looked, each over the ten seconds before it',
    }),
  },
  closed,
);

const Consumer = Type.Object(
  {
    stream: Type.String(),
    consumer: Type.String({ description: "A sink's durable, or empty for all who read in order" }),
    readers: count('Who reads; 1 for a durable'),
    waitingMessages: count('Not acknowledged; of those who read in order: not sent to them'),
    behindMs: ms('Age of the oldest of them'),
  },
  closed,
);

const AccountSchema = Type.Object(
  {
    store: Type.Enum(['questdb', 'clickhouse']),
    ledger: orNull(
      Type.Object(
        {
          accepted: count('Acknowledged to devices'),
          written: Type.Integer({ description: 'Stored' }),
          refused: count('Given up because the store refused them; kept in DEAD'),
          expired: count('Older than the store keeps'),
          inFlight: Type.Integer({ description: 'Accepted and neither stored nor given up yet' }),
          balanced: Type.Boolean({
            description: 'No count is below 0, but for what was written since the count of what was accepted',
          }),
        },
        closed,
      ),
      'In samples; null while the store or NATS does not answer',
    ),
  },
  closed,
);

const OperationsSchema = Type.Object(
  {
    atMs: Type.Integer({ description: 'When this was put together, ms since the epoch' }),
    engines: Type.Array(Engine),
    flows: Type.Array(FlowSchema),
    consumers: orNull(Type.Array(Consumer), 'Null while NATS does not say'),
    accounts: Type.Array(AccountSchema),
    turnedAway: orNull(
      Type.Object({ refused: count('Not taken'), shed: count('Given up for their priority') }, closed),
      'Frames that were never acknowledged; null while NATS does not say',
    ),
    deadLetters: orNull(
      Type.Object(
        {
          messages: count('Dead letters that are kept'),
          reasons: orNull(Type.Record(Type.String(), Type.Integer()), 'Null when too many devices have some'),
        },
        closed,
      ),
      'Null while NATS does not say',
    ),
    connections: Type.Object(
      {
        devices: orNull(
          Type.Record(Type.String(), Type.Integer()),
          'Of devices, by protocol; null when no process of ingest is named or answers',
        ),
        ingests: count('Processes of ingest that are named (`--ingest-metrics-urls`)'),
        silentIngests: count('Those of them that do not answer'),
        nats: orNull(Type.Integer(), 'Clients of NATS; null when no monitor is named, or one does not answer'),
      },
      closed,
    ),
  },
  closed,
);

export interface OperationsRoutesDeps {
  readonly access: Access;
  readonly readOperations: () => Promise<Operations>;
}

export function addOperationsRoutes(server: ApiServer, { access, readOperations }: OperationsRoutesDeps): void {
  const schema = {
    operationId: 'readOperations',
    summary: 'How the platform stands: flows, lags, ledger, dead letters, connections, engines',
    description: 'An engine that is away is said to be away, and what only it knows is null: that is no problem here.',
    tags: ['operation'],
    security: [{ token: [] }],
    response: {
      200: { description: 'As far as it is known now', content: { 'application/json': { schema: OperationsSchema } } },
      ...problemResponses('operator_only', 'internal_error', ...TOKEN_PROBLEMS),
    },
  };
  server.get('/v1/operations', { schema }, async (request, reply) => {
    await access.require(request, {});
    reply.header('cache-control', 'no-store');
    return readOperations();
  });
}
