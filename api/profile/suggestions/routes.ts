import { Type } from 'typebox';
import type { Clock } from '../../../runtime/clock.ts';
import { SPORTS } from '../../../schemas/events.ts';
import { dayOf } from '../../../schemas/settings-at.ts';
import type { Access } from '../../access.ts';
import { changes, instead, json, NOTHING, OWN_PROBLEMS, reads, SOMEBODY } from '../../accounts/route-parts.ts';
import type { AccountCaller } from '../../caller.ts';
import { Problem } from '../../problem.ts';
import { ChangeHeaders } from '../../requests/etag.ts';
import { type ApiServer, whenGone } from '../../server.ts';
import { type Profiles, profileTag } from '../profiles.ts';
import { ProfileAnswer, type ProfileStatement } from '../statements.ts';
import { type LeftSuggestions, withoutLeft } from './left-suggestions.ts';
import type { Evidence, EvidenceReader } from './reader.ts';
import { type Suggestion, suggest, withSuggestion } from './suggest.ts';

export interface SuggestionRoutesDeps {
  readonly access: Access;
  readonly profiles: Profiles;
  readonly evidence: EvidenceReader;
  readonly left: LeftSuggestions;
  readonly clock: Clock;
}

/** What was shown longer ago says little of today. */
const LOOK_BACK_MS = 90 * 86_400_000;
const closed = { additionalProperties: false };
const SuggestionParams = Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9_-]{20,22}$' }) });
const Suggestions = Type.Object(
  {
    suggestions: Type.Array(
      Type.Object(
        {
          id: Type.String({ description: 'By which it is taken, today.' }),
          list: Type.String({ enum: ['heart', 'thresholds'], description: 'Where in the profile it would stand.' }),
          value: Type.String({ enum: ['ftpW', 'thresholdSpeedMps', 'maxHeartRateBpm'] }),
          sport: Type.Enum(SPORTS, { type: 'string' }),
          suggested: Type.Number(),
          stated: Type.Unsafe<number | null>({
            type: ['number', 'null'],
            description: 'What holds today, if anything.',
          }),
          rule: Type.String({ description: 'How it follows from the evidence, in words.' }),
          evidence: Type.Object({ value: Type.Number(), activity: Type.String(), startMs: Type.Integer() }, closed),
        },
        closed,
      ),
    ),
  },
  closed,
);

/** What the profile could say by what its athlete has shown. Nothing changes until they take it. */
export function addSuggestionRoutes(server: ApiServer, deps: SuggestionRoutesDeps): void {
  const { access, profiles, evidence, left, clock } = deps;
  const own = { ...SOMEBODY, tags: ['profile'] };

  const shownBy = ({ athlete }: AccountCaller, signal: AbortSignal) =>
    evidence.best(athlete, clock.nowMs() - LOOK_BACK_MS, signal);
  const today = ({ timeZone }: { timeZone?: string | undefined }) => dayOf(clock.nowMs(), timeZone);

  function oneOf(said: ProfileStatement, shown: readonly Evidence[], { id }: { id: string }): Suggestion {
    const found = suggest(said, shown, today(said)).find((one) => one.id === id);
    if (found === undefined) throw new Problem('unknown_suggestion');
    return found;
  }

  server.get(
    '/v1/profile/suggestions',
    {
      ...reads,
      schema: {
        ...own,
        operationId: 'readSuggestions',
        summary: 'Thresholds and a maximal heart rate that activities of the last ninety days have shown',
        description:
          'Only more than what is stated, without marks on the evidence, and not what its athlete has left; zones ' +
          'follow from what is taken.',
        response: { 200: json('Suggestions', Suggestions), ...instead(...OWN_PROBLEMS) },
      },
    },
    async (request, reply) => {
      const caller = await access.requireAccount(request);
      const asked = [profiles.read(caller), shownBy(caller, whenGone(reply)), left.of(caller)] as const;
      const [said, shown, leftBefore] = await Promise.all(asked);
      return { suggestions: withoutLeft(suggest(said, shown, today(said)), leftBefore) };
    },
  );

  server.post(
    '/v1/profile/suggestions/:id/acceptances',
    {
      ...changes,
      schema: {
        ...own,
        operationId: 'acceptSuggestion',
        summary: 'State what is suggested, from today on',
        description: 'Activities before today keep what they were counted with.',
        params: SuggestionParams,
        headers: ChangeHeaders,
        response: {
          200: json('The profile as it is now', ProfileAnswer),
          ...instead(...OWN_PROBLEMS, 'unknown_suggestion', 'if_match_needed', 'changed_meanwhile'),
        },
      },
    },
    async (request, reply) => {
      const caller = await access.requireAccount(request);
      const shown = await shownBy(caller, whenGone(reply));
      const profile = await profiles.put(caller, request.headers['if-match'], (before) => {
        const { version: _, updatedMs: __, ...said } = before;
        return withSuggestion(said, oneOf(said, shown, request.params), today(said));
      });
      reply.header('etag', profileTag(profile));
      return profile;
    },
  );

  server.post(
    '/v1/profile/suggestions/:id/refusals',
    {
      ...changes,
      schema: {
        ...own,
        operationId: 'leaveSuggestion',
        summary: 'Leave what is suggested: it is not asked again, on no device, until activities show something else',
        description: 'The profile stays as it is. Said again, it changes nothing.',
        params: SuggestionParams,
        response: { ...NOTHING, ...instead(...OWN_PROBLEMS, 'unknown_suggestion') },
      },
    },
    async (request, reply) => {
      const caller = await access.requireAccount(request);
      const [said, shown] = await Promise.all([profiles.read(caller), shownBy(caller, whenGone(reply))]);
      await left.leave(caller, oneOf(said, shown, request.params));
      reply.code(204);
    },
  );
}
