import { Type } from 'typebox';
import type { Clock } from '../../runtime/clock.ts';
import { SPORTS, type Sport } from '../../schemas/events.ts';
import { dayOf, settingsOn } from '../../schemas/settings-at.ts';
import type { Access } from '../access.ts';
import { changes, instead, json, OWN_PROBLEMS, reads, SOMEBODY, takes } from '../accounts/route-parts.ts';
import { ChangeHeaders } from '../requests/etag.ts';
import type { ApiServer } from '../server.ts';
import { type Profiles, profileTag } from './profiles.ts';
import { settingsOf } from './rules.ts';
import { ProfileAnswer, ProfileStatement, ValuesAnswer } from './statements.ts';

export interface ProfileRoutesDeps {
  readonly access: Access;
  readonly profiles: Profiles;
  readonly clock: Clock;
}

/** Histories of years fit in. */
const MAX_BODY_BYTES = 64 * 1024;
const CHANGE_PROBLEMS = [...OWN_PROBLEMS, 'bad_request', 'if_match_needed', 'changed_meanwhile'] as const;
const own = { ...SOMEBODY, tags: ['profile'] };
const ValuesQuery = Type.Object(
  {
    sport: Type.Enum(SPORTS, { type: 'string', description: 'In this sport.' }),
    day: Type.Optional(Type.String({ format: 'date', description: 'On this day; today without it.' })),
  },
  { additionalProperties: false },
);

/** What an athlete says of themselves. */
export function addProfileRoutes(server: ApiServer, { access, profiles, clock }: ProfileRoutesDeps): void {
  server.get(
    '/v1/profile',
    {
      ...reads,
      schema: {
        ...own,
        operationId: 'readProfile',
        summary: "One's own profile",
        description: 'Weight, heart rates, zones and thresholds are lists of what holds from a day on.',
        response: { 200: json('The profile', ProfileAnswer), ...instead(...OWN_PROBLEMS) },
      },
    },
    async (request, reply) => {
      const profile = await profiles.read(await access.requireAccount(request));
      reply.header('etag', profileTag(profile));
      return profile;
    },
  );

  server.put(
    '/v1/profile',
    {
      ...{ ...takes, ...changes },
      bodyLimit: MAX_BODY_BYTES,
      schema: {
        ...own,
        operationId: 'putProfile',
        summary: "Say all of one's profile anew",
        description:
          'What is left out is not known any more. Activities that begin within seconds count with it; those before ' +
          'keep what they were counted with.',
        headers: ChangeHeaders,
        body: ProfileStatement,
        response: { 200: json('The profile as it is now', ProfileAnswer), ...instead(...CHANGE_PROBLEMS) },
      },
    },
    async (request, reply) => {
      const caller = await access.requireAccount(request);
      const profile = await profiles.put(caller, request.headers['if-match'], () => request.body);
      reply.header('etag', profileTag(profile));
      return profile;
    },
  );

  server.get(
    '/v1/profile/values',
    {
      ...reads,
      schema: {
        ...own,
        operationId: 'readProfileValues',
        summary: 'What of the profile holds on a day in a sport',
        description: 'Zones that were not stated follow from the threshold or the maximal heart rate.',
        querystring: ValuesQuery,
        response: { 200: json('The values', ValuesAnswer), ...instead(...OWN_PROBLEMS) },
      },
    },
    async (request) => {
      const caller = await access.requireAccount(request);
      const { sport, day: asked } = request.query;
      const said = await profiles.read(caller);
      const day = asked ?? dayOf(clock.nowMs(), said.timeZone);
      const { profile } = settingsOn({ version: said.version, ...settingsOf(said) }, day, sport);
      const { heartRateZonesBpm: zones, ...values } = profile;
      return {
        ...{ day, sport, ...values, ...(zones !== undefined && { heartRateZonesBpm: [...zones] }) },
        areZonesStated: areZonesStated(said, day, sport),
      };
    },
  );
}

/** Without heart rates that they could follow from there are only those that were stated. */
function areZonesStated({ heart = [] }: ProfileAnswer, day: string, sport: Sport): boolean {
  const zonesAlone = heart.map(({ maxHeartRateBpm: _, thresholdHeartRateBpm: __, ...rest }) => rest);
  return settingsOn({ version: 0, heart: zonesAlone }, day, sport).profile.heartRateZonesBpm !== undefined;
}
