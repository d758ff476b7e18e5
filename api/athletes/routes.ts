import { Type } from 'typebox';
import { KvUnavailableError } from '../../runtime/kv/kv.ts';
import type { AthleteSettings } from '../../schemas/athlete-settings.ts';
import { SPORTS } from '../../schemas/events.ts';
import { type Access, ATHLETE_PROBLEMS } from '../access.ts';
import { Problem, problemResponses } from '../problem.ts';
import { type ApiServer, whenGone } from '../server.ts';
import { AthleteGear, AthleteRecords, gearAnswer, recordAnswer } from './answer.ts';
import { type AthleteReader, heldRecords } from './reader.ts';

export interface AthleteRoutesDeps {
  readonly athletes: AthleteReader;
  /** What an athlete stated, as CONFIG has it now. Throws KvUnavailableError. */
  readonly readSettings: (athlete: string) => Promise<AthleteSettings>;
  readonly access: Access;
}

const AthleteParams = Type.Object({
  athlete: Type.String({
    pattern: '^[A-Za-z0-9_-]{1,128}$',
    description: "The athlete. A device's token reads its own only.",
  }),
});

const RecordsQuery = Type.Object(
  { sport: Type.Optional(Type.Enum(SPORTS, { type: 'string', description: 'Only this sport.' })) },
  { additionalProperties: false },
);

const instead = problemResponses(...ATHLETE_PROBLEMS);

export function addAthleteRoutes(server: ApiServer, { athletes, readSettings, access }: AthleteRoutesDeps): void {
  const common = { tags: ['athletes'], security: [{ token: [] }], params: AthleteParams };
  const ok = <Schema>(description: string, schema: Schema) => ({
    200: { description, content: { 'application/json': { schema } } },
  });

  server.get(
    '/v1/athletes/:athlete/records',
    {
      schema: {
        ...common,
        operationId: 'readRecords',
        summary: 'The records that an athlete holds, with their evidence and history',
        description:
          'A record is set while the activity goes on, within seconds of the effort, and withdrawn when later data ' +
          'disproves it. An effort whose evidence is poor is never claimed.',
        querystring: RecordsQuery,
        response: { ...ok('Records', AthleteRecords), ...instead },
      },
    },
    async (request, reply) => {
      const athlete = await access.requireAthlete(request, request.params.athlete);
      const claims = await athletes.claims(athlete, request.query.sport ?? null, whenGone(reply));
      return { records: heldRecords(claims).map(recordAnswer) };
    },
  );

  server.get(
    '/v1/athletes/:athlete/gear',
    {
      schema: {
        ...common,
        operationId: 'readGear',
        summary: "An athlete's gear and what it has done",
        querystring: Type.Object({}, { additionalProperties: false }),
        response: { ...ok('Gear', AthleteGear), ...instead },
      },
    },
    async (request, reply) => {
      const athlete = await access.requireAthlete(request, request.params.athlete);
      const [settings, totals] = await Promise.all([
        settingsOf(athlete, readSettings),
        athletes.gear(athlete, whenGone(reply)),
      ]);
      return gearAnswer(settings, totals);
    },
  );
}

/** Throws the problem `store_unavailable`. */
export async function settingsOf(athlete: string, read: AthleteRoutesDeps['readSettings']): Promise<AthleteSettings> {
  try {
    return await read(athlete);
  } catch (cause) {
    if (!(cause instanceof KvUnavailableError)) throw cause;
    throw new Problem('store_unavailable', { store: 'config', detail: 'the settings are out of reach' }, { cause });
  }
}
