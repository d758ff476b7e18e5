import { type Access, ATHLETE_PROBLEMS } from '../access.ts';
import { Problem, problemResponses } from '../problem.ts';
import { answersKnown } from '../requests/etag.ts';
import type { SampleHistory } from '../samples/history.ts';
import { type ApiServer, whenGone } from '../server.ts';
import {
  ActivityDetail,
  ActivityLaps,
  ActivityList,
  ActivityStreams,
  detailAnswer,
  lapsAnswer,
  listedAnswer,
  sourcesAnswer,
  streamsAnswer,
} from './answer.ts';
import type { FileWriter } from './export/file-writer.ts';
import { addExportRoute } from './export/routes.ts';
import type { LiveSource } from './live-source.ts';
import {
  ActivityParams,
  ListActivitiesQuery,
  OneActivityQuery,
  readListQuestion,
  readStreamsRange,
  StreamsQuery,
} from './query.ts';
import { type ActivityReader, listed, type StoredActivity } from './reader.ts';
import { ActivitySources } from './sources.ts';
import { NO_STREAMS, readStreams, stepFor } from './streams.ts';

export interface ActivityRoutesDeps {
  readonly activities: ActivityReader;
  readonly live: LiveSource;
  readonly history: SampleHistory;
  readonly access: Access;
  readonly writer: FileWriter;
}

export function addActivityRoutes(
  server: ApiServer,
  { activities, live, history, access, writer }: ActivityRoutesDeps,
): void {
  const common = { tags: ['activities'], security: [{ token: [] }] };
  const ok = <Schema>(description: string, schema: Schema) => ({
    200: { description, content: { 'application/json': { schema } } },
  });
  const ofOne = problemResponses(...ATHLETE_PROBLEMS, 'unknown_activity', 'live_unavailable');

  /** The live one from whoever holds it; what ended, from the store. */
  async function find(athlete: string, id: string, signal: AbortSignal): Promise<StoredActivity> {
    const now = await live.ask(athlete);
    if (now?.activity?.id === id) return { ...now.activity, versions: now.versions };
    const stored = await activities.read(athlete, id, signal);
    if (stored !== null) return stored;
    throw now === null ? new Problem('live_unavailable') : new Problem('unknown_activity', { detail: id });
  }

  server.get(
    '/v1/activities',
    {
      schema: {
        ...common,
        operationId: 'listActivities',
        summary: "An athlete's activities, the one that goes on first",
        description: 'Each with its main numbers and their quality. A withdrawn activity is not listed.',
        querystring: ListActivitiesQuery,
        response: { ...ok('One page', ActivityList), ...problemResponses(...ATHLETE_PROBLEMS) },
      },
    },
    async (request, reply) => {
      const athlete = await access.requireAthlete(request, request.query.athlete);
      const question = readListQuestion(athlete, request.query);
      const { limit, after } = question;
      const [now, stored] = await Promise.all([
        live.ask(athlete),
        // One more than the page holds tells whether there is a next one.
        activities.list({ ...question, limit: limit + 1 }, whenGone(reply)),
      ]);
      const page = stored.slice(0, limit);
      const going = now?.activity ?? null;
      // What was silent for long is stored, and may go on after all: its live state is the newer one.
      const others = page.filter(({ id }) => id !== going?.id);
      const first = going !== null && after === null && matches(going, question) ? [listed(going)] : [];
      return {
        activities: [...first, ...others].map(listedAnswer),
        isLiveKnown: now !== null,
        nextCursor: stored.length > limit ? question.cursorAfter(page[limit - 1]) : null,
      };
    },
  );

  server.get(
    '/v1/activities/:id',
    {
      schema: {
        ...common,
        operationId: 'readActivity',
        summary: 'An activity with all its metrics, their quality and the versions of what computed them',
        description: 'The ETag changes with the revision; `If-None-Match` is answered with 304.',
        params: ActivityParams,
        querystring: OneActivityQuery,
        response: { ...ok('The revision that holds', ActivityDetail), ...ofOne },
      },
    },
    async (request, reply) => {
      const athlete = await access.requireAthlete(request, request.query.athlete);
      const activity = await find(athlete, request.params.id, whenGone(reply));
      if (answersKnown(request, reply, versionOf(activity))) return;
      return detailAnswer(activity);
    },
  );

  server.get(
    '/v1/activities/:id/laps',
    {
      schema: {
        ...common,
        operationId: 'readLaps',
        summary: "An activity's laps and splits",
        params: ActivityParams,
        querystring: OneActivityQuery,
        response: { ...ok('Laps, and splits in both measures', ActivityLaps), ...ofOne },
      },
    },
    async (request, reply) => {
      const athlete = await access.requireAthlete(request, request.query.athlete);
      const activity = await find(athlete, request.params.id, whenGone(reply));
      if (answersKnown(request, reply, versionOf(activity))) return;
      return lapsAnswer(activity);
    },
  );

  server.get(
    '/v1/activities/:id/sources',
    {
      schema: {
        ...common,
        operationId: 'readSources',
        summary: 'Which device and source gave what of an activity, and why',
        description: 'One athlete may wear several devices, and a file of the same activity may come later.',
        params: ActivityParams,
        querystring: OneActivityQuery,
        response: { ...ok('The best ranked first', ActivitySources), ...ofOne },
      },
    },
    async (request, reply) => {
      const athlete = await access.requireAthlete(request, request.query.athlete);
      const activity = await find(athlete, request.params.id, whenGone(reply));
      if (answersKnown(request, reply, versionOf(activity))) return;
      return sourcesAnswer(activity);
    },
  );

  server.get(
    '/v1/activities/:id/streams',
    {
      schema: {
        ...common,
        operationId: 'readStreams',
        summary: 'What was measured during an activity, for charts and maps',
        description:
          'One athlete may wear several devices: in each bucket and channel the best source wins, as for metrics. ' +
          'A bucket has its mean, least and greatest value, so no extreme is lost; positions and counters have their ' +
          'last value.',
        params: ActivityParams,
        querystring: StreamsQuery,
        response: { ...ok('Columns', ActivityStreams), ...ofOne },
      },
    },
    async (request, reply) => {
      const athlete = await access.requireAthlete(request, request.query.athlete);
      const signal = whenGone(reply);
      const activity = await find(athlete, request.params.id, signal);
      const { channels, points, fromMs, toMs } = readStreamsRange(activity, request.query);
      const stepMs = stepFor(toMs - fromMs, points);
      const { devices, origins } = activity;
      const question = { devices, origins, channels, fromMs, toMs, stepMs };
      const streams = fromMs < toMs ? await readStreams(history, question, signal) : NO_STREAMS;
      return streamsAnswer(activity, question, streams);
    },
  );

  addExportRoute(server, { history, access, writer, find });
}

function matches(
  { sport, startMs }: { sport: string; startMs: number },
  asked: { sport: string | null; fromMs: number; toMs: number },
): boolean {
  return (asked.sport === null || sport === asked.sport) && startMs >= asked.fromMs && startMs < asked.toMs;
}

/** The ETag of a revision, which nobody but the caller keeps. */
function versionOf({ id, status, revision }: StoredActivity) {
  return { tag: `"${id}-${status}-${revision}"`, cache: 'private, no-cache' };
}
