import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Clock } from '../../runtime/clock.ts';
import { SPORTS } from '../../schemas/events.ts';
import { type Access, ATHLETE_PROBLEMS } from '../access.ts';
import { Athlete } from '../activities/query.ts';
import { type AthleteRoutesDeps, settingsOf } from '../athletes/routes.ts';
import { invalidParameter, problemResponses } from '../problem.ts';
import { answersKnown, tagOfAnswer } from '../requests/etag.ts';
import { type ApiServer, whenGone } from '../server.ts';
import { ComparisonsAnswer, FormAnswer, RecordsAnswer, StreaksAnswer, WeeksAnswer, YearsAnswer } from './answer.ts';
import { dayAt, isTimeZone } from './calendar.ts';
import { compareSpans } from './comparison.ts';
import { formUpTo } from './form.ts';
import type { ProgressReader } from './reader.ts';
import { recordsFrom } from './records.ts';
import { streaksUpTo } from './streaks.ts';
import { trendsOf, weeksUpTo } from './weeks.ts';
import { yearsOf } from './years.ts';

export interface ProgressRoutesDeps {
  readonly progress: ProgressReader;
  readonly readSettings: AthleteRoutesDeps['readSettings'];
  readonly access: Access;
  readonly clock: Clock;
}

/** Answers are the same for a minute, so that their tags are. */
const MINUTE_MS = 60_000;
const MAX_WEEKS = 260;
const MAX_DAYS = 3_660;
const MAX_YEARS = 50;

const closed = { additionalProperties: false };
const zone = {
  athlete: Athlete,
  timeZone: Type.Optional(
    Type.String({
      maxLength: 64,
      description: 'Whose days count, as `Europe/Vienna`; else what the athlete stated, and `UTC` without that.',
    }),
  ),
};
const sport = Type.Optional(Type.Enum(SPORTS, { type: 'string', description: 'Only this sport.' }));
const count = (of: string, max: number, usual: number) =>
  Type.Optional(Type.Integer({ minimum: 1, maximum: max, default: usual, description: `So many ${of}.` }));
const ZoneQuery = Type.Object(zone, closed);
const WeeksQuery = Type.Object(
  { ...zone, sport, weeks: count('weeks, the last of which goes on', MAX_WEEKS, 26) },
  closed,
);
const FormQuery = Type.Object({ ...zone, days: count('days, up to today', MAX_DAYS, 180) }, closed);
const RecordsQuery = Type.Object({ athlete: Athlete, sport }, closed);

const instead = problemResponses(...ATHLETE_PROBLEMS);

/** An athlete's progress against themselves: no block of it is more than one query to ClickHouse. */
export function addProgressRoutes(server: ApiServer, deps: ProgressRoutesDeps): void {
  const { progress, access, clock } = deps;
  const path = (block: string) => `/v1/progress/${block}`;
  const common = { tags: ['progress'], security: [{ token: [] }] };
  const ok = <Schema>(description: string, schema: Schema) => ({
    response: { 200: { description, content: { 'application/json': { schema } } }, ...instead },
  });

  /** Whose progress, by whose clock, and when. */
  async function whoAndWhen(request: AskedFor, reply: FastifyReply) {
    const asked = request.query.timeZone;
    if (asked !== undefined && !isTimeZone(asked)) throw invalidParameter('timeZone', 'it is none that is known');
    const athlete = await access.requireAthlete(request, request.query.athlete);
    const timeZone = asked ?? (await settingsOf(athlete, deps.readSettings)).timeZone ?? 'UTC';
    const nowMs = Math.floor(clock.nowMs() / MINUTE_MS) * MINUTE_MS;
    return { athlete, timeZone, nowMs, today: dayAt(nowMs, timeZone), signal: whenGone(reply) };
  }

  server.get(
    path('comparisons'),
    {
      schema: {
        ...common,
        operationId: 'compareProgress',
        summary: 'This week, month and year against the last one and a year ago, to the same point of each',
        description:
          'Activities that ended count where they began. The same point is the same day of the week, month or year ' +
          'at the same time by the clock; a day that a month does not have is past.',
        querystring: ZoneQuery,
        ...ok('Sums up to the point, and of the whole span', ComparisonsAnswer),
      },
    },
    async (request, reply) => {
      const { athlete, timeZone, nowMs, signal } = await whoAndWhen(request, reply);
      const { spans, fromRows } = compareSpans(nowMs, timeZone);
      const comparisons = fromRows(await progress.spansBeside(athlete, spans, timeZone, signal));
      return unlessKnown(request, reply, { timeZone, comparisons });
    },
  );

  server.get(
    path('weeks'),
    {
      schema: {
        ...common,
        operationId: 'readWeeks',
        summary: 'The last weeks, and what they change by, with its uncertainty',
        description:
          'Trends are medians of the slopes between all pairs of whole weeks (Theil–Sen) with a 95 % interval (Sen ' +
          '1968). Weeks without activities count, from the first activity on.',
        querystring: WeeksQuery,
        ...ok('ISO weeks in order, and trends', WeeksAnswer),
      },
    },
    async (request, reply) => {
      const { athlete, timeZone, today, signal } = await whoAndWhen(request, reply);
      const { sport = null, weeks: count = 26 } = request.query;
      const rows = await progress.weeks(athlete, sport, timeZone, signal);
      const weeks = weeksUpTo(today, count, rows);
      return unlessKnown(request, reply, { timeZone, weeks, trends: trendsOf(weeks, rows.at(0)?.monday) });
    },
  );

  server.get(
    path('form'),
    {
      schema: {
        ...common,
        operationId: 'readForm',
        summary: 'Fitness, fatigue and form by day',
        description: 'From the first activity on, before which nobody is taken to have trained.',
        querystring: FormQuery,
        ...ok('Columns by day', FormAnswer),
      },
    },
    async (request, reply) => {
      const { athlete, timeZone, today, signal } = await whoAndWhen(request, reply);
      const rows = await progress.days(athlete, timeZone, signal);
      return unlessKnown(request, reply, { timeZone, ...formUpTo(today, request.query.days ?? 180, rows) });
    },
  );

  server.get(
    path('streaks'),
    {
      schema: {
        ...common,
        operationId: 'readStreaks',
        summary: 'Days and weeks in a row with an activity: those that go on, and the most',
        querystring: ZoneQuery,
        ...ok('Streaks', StreaksAnswer),
      },
    },
    async (request, reply) => {
      const { athlete, timeZone, today, signal } = await whoAndWhen(request, reply);
      const rows = await progress.days(athlete, timeZone, signal);
      const active = rows.map(({ day }) => day);
      return unlessKnown(request, reply, { timeZone, ...streaksUpTo(today, active) });
    },
  );

  server.get(
    path('years'),
    {
      schema: {
        ...common,
        operationId: 'readYears',
        summary: 'Each year: its sums by sport and month, its active days and what was longest',
        querystring: ZoneQuery,
        ...ok('Years', YearsAnswer),
      },
    },
    async (request, reply) => {
      const { athlete, timeZone, signal } = await whoAndWhen(request, reply);
      const years = yearsOf(await progress.months(athlete, timeZone, signal), MAX_YEARS);
      return unlessKnown(request, reply, { timeZone, years });
    },
  );

  server.get(
    path('records'),
    {
      schema: {
        ...common,
        operationId: 'readRecordProgress',
        summary: 'How records became what they are',
        description:
          'By the time of the effort, from all activities that hold: an old activity that comes late takes its place ' +
          'in the history, and what was withdrawn is in none. An effort whose evidence is poor does not count.',
        querystring: RecordsQuery,
        ...ok('Records with their history', RecordsAnswer),
      },
    },
    async (request, reply) => {
      const athlete = await access.requireAthlete(request, request.query.athlete);
      const rows = await progress.steps(athlete, request.query.sport ?? null, whenGone(reply));
      return unlessKnown(request, reply, { records: recordsFrom(rows) });
    },
  );
}

interface AskedFor extends Pick<FastifyRequest, 'headers' | 'ip'> {
  readonly query: Type.Static<typeof ZoneQuery>;
}

/** The body with its ETag; nothing for who has it already, who was told so. */
function unlessKnown<Body extends object>(request: AskedFor, reply: FastifyReply, body: Body): Body | undefined {
  return answersKnown(request, reply, { tag: tagOfAnswer(body), cache: 'private, no-cache' }) ? undefined : body;
}
