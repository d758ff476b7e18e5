import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { RefusedFileError } from '../../../files/reasons.ts';
import type { Clock } from '../../../runtime/clock.ts';
import type { KeyValue } from '../../../runtime/kv/kv.ts';
import type { StoredRace } from '../../../runtime/race-config.ts';
import type { Races } from '../../../runtime/races.ts';
import { createCourseLine } from '../../../schemas/course-line.ts';
import { MAX_LAPS, StarterSchema } from '../../../schemas/race.ts';
import { type Access, type Asking, TOKEN_PROBLEMS } from '../../access.ts';
import { invalidParameter, Problem, problemResponses } from '../../problem.ts';
import type { ApiServer } from '../../server.ts';
import { strictValidator } from '../../strict-json.ts';
import { nameOf } from '../acts/acting.ts';
import { detailAnswer, listedAnswer, RaceDetail, RaceList } from '../answer.ts';
import { RaceParams } from '../query.ts';
import { courseOf, onCourse } from './course-upload.ts';
import { createRace } from './create-race.ts';
import { asProblems, CHANGE_PROBLEMS, changeRace, OWN_PROBLEMS, readOwn, versionTag } from './owned-race.ts';
import { readStarters, StartersError } from './starters-csv.ts';
import { NewRace, StatedRace, settingOf } from './stated-race.ts';

export interface RaceSetupDeps {
  readonly access: Access;
  /** The bucket CONFIG. */
  readonly config: KeyValue;
  readonly clock: Clock;
  readonly races: Pick<Races, 'all'>;
}

type ChangeRequest = Asking & {
  readonly params: { readonly id: string };
  readonly headers: { readonly 'if-match'?: string | undefined };
};

const MIB = 1024 * 1024;
/** Of a race's settings, a GPX file, and fifty thousand starters. */
const MAX_BODY_BYTES = { race: MIB, course: 32 * MIB, starters: 16 * MIB };
const GPX = ['application/gpx+xml', 'application/xml', 'text/xml'];
const CSV = ['text/csv', 'text/tab-separated-values'];

const closed = { additionalProperties: false };
const Setup = Type.Object(
  {
    ...RaceDetail.properties,
    lengthM: Type.Unsafe<number | null>({
      type: ['number', 'null'],
      description: 'Of all laps; null without a course.',
    }),
  },
  closed,
);
const OwnStarters = Type.Object({ version: Type.Integer(), starters: Type.Array(StarterSchema) }, closed);
const ChangeHeaders = Type.Object({
  'if-match': Type.Optional(Type.String({ description: 'The ETag of the version that is changed.' })),
});
const CreateHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({ minLength: 1, maxLength: 128, description: 'The same request under the same key makes one race.' }),
  ),
});
const CourseQuery = Type.Object(
  {
    laps: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_LAPS, default: 1 })),
    closed: Type.Optional(Type.Boolean({ description: 'The last point is joined to the first; always so with laps.' })),
  },
  closed,
);

/** Organisers set their races up; operators those of everybody. */
export function addRaceSetupRoutes(server: ApiServer, { access, config, races, clock }: RaceSetupDeps): void {
  const common = { tags: ['organisers'], security: [{ token: [] }] };
  const json = <Schema>(schema: Schema) => ({ 'application/json': { schema } });
  const upload = (types: readonly string[]) => ({
    content: Object.fromEntries(types.map((type) => [type, { schema: Type.Unknown() }])),
  });
  const problems = problemResponses(...OWN_PROBLEMS);
  const ofChange = {
    200: { description: 'The race as it is now', content: json(Setup) },
    ...problemResponses(...CHANGE_PROBLEMS),
  };
  server.addContentTypeParser([...GPX, ...CSV], { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  function answerSetup({ race, setting }: StoredRace, reply: FastifyReply) {
    reply.header('etag', versionTag(setting));
    const lengthM = race.course === null ? null : createCourseLine(race.course).lengthM;
    return { ...detailAnswer(race), lengthM };
  }

  /** The race that a request is about to change, and what changes it. */
  async function openChange(request: ChangeRequest) {
    const official = await access.requireOrganiser(request);
    const before = await readOwn(config, request.params.id, official);
    const change = (next: Parameters<typeof changeRace>[4]) => {
      const who = { by: nameOf(official), saidMs: clock.nowMs() };
      return changeRace(config, before, request.headers['if-match'], who, next);
    };
    return { before, change };
  }

  server.get(
    '/v1/organiser/races',
    {
      schema: {
        ...common,
        operationId: 'listOwnRaces',
        summary: "An organiser's own races, drafts too; of an operator all",
        response: { 200: { description: 'By id', content: json(RaceList) }, ...problemResponses(...LIST_PROBLEMS) },
      },
    },
    async (request) => {
      const who = await access.requireOrganiser(request);
      const own = races.all().filter(({ organiser }) => who.kind === 'operator' || organiser === who.organiser);
      return { races: own.map(listedAnswer).sort((a, b) => (a.id < b.id ? -1 : 1)) };
    },
  );

  server.post(
    '/v1/races',
    {
      bodyLimit: MAX_BODY_BYTES.race,
      validatorCompiler: strictValidator,
      schema: {
        ...common,
        operationId: 'createRace',
        summary: 'Make a race',
        description:
          'Its course and its starters are put beside it afterwards; until it is `live` nobody else sees it.',
        headers: CreateHeaders,
        body: NewRace,
        response: {
          201: { description: 'The race; the same for a repeat under the same key', content: json(Setup) },
          ...problemResponses(...CREATE_PROBLEMS),
        },
      },
    },
    async (request, reply) => {
      const official = await access.requireOrganiser(request);
      const stored = await createRace(config, official, request.body, request.headers['idempotency-key']);
      reply.code(201).header('location', `/v1/races/${stored.setting.id}`);
      return answerSetup(stored, reply);
    },
  );

  server.get(
    '/v1/races/:id/setup',
    {
      schema: {
        ...common,
        operationId: 'readSetup',
        summary: 'A race as its organiser sees it, a draft too',
        description: 'The ETag is what a change has to name in `If-Match`.',
        params: RaceParams,
        response: { 200: { description: 'The version that holds', content: json(Setup) }, ...problems },
      },
    },
    async (request, reply) => {
      const stored = await readOwn(config, request.params.id, await access.requireOrganiser(request));
      reply.header('cache-control', 'private, no-cache');
      return answerSetup(stored, reply);
    },
  );

  server.get(
    '/v1/races/:id/setup/starters',
    {
      schema: {
        ...common,
        operationId: 'listOwnStarters',
        summary: 'Who starts, with devices and chips',
        params: RaceParams,
        response: { 200: { description: 'All starters', content: json(OwnStarters) }, ...problems },
      },
    },
    async (request, reply) => {
      const { race, setting } = await readOwn(config, request.params.id, await access.requireOrganiser(request));
      reply.header('etag', versionTag(setting)).header('cache-control', 'private, no-cache');
      return { version: race.startersVersion, starters: [...race.starters] };
    },
  );

  server.put(
    '/v1/races/:id',
    {
      bodyLimit: MAX_BODY_BYTES.race,
      validatorCompiler: strictValidator,
      schema: {
        ...common,
        operationId: 'changeRace',
        summary: 'Say what a race is: state, checkpoints, waves with their guns, categories',
        description:
          'Replaces everything but the course and the starters. Checkpoints may be stated by the metres of their ' +
          'passes, by a place beside the course or by a line across it; the answer shows where on the course they are.',
        params: RaceParams,
        headers: ChangeHeaders,
        body: StatedRace,
        response: ofChange,
      },
    },
    async (request, reply) => {
      const { change } = await openChange(request);
      const changed = await change((own) => ({ own: settingOf(request.body, own) }));
      return answerSetup(changed, reply);
    },
  );

  server.put(
    '/v1/races/:id/course',
    {
      bodyLimit: MAX_BODY_BYTES.course,
      schema: {
        ...common,
        operationId: 'putCourse',
        summary: 'Put the course of a GPX file: its tracks one after the other, or its first route',
        description: 'Checkpoints with a line or a circle are put on the new course, the old finish on its end.',
        params: RaceParams,
        querystring: CourseQuery,
        headers: ChangeHeaders,
        body: upload(GPX),
        response: ofChange,
      },
    },
    async (request, reply) => {
      const { change } = await openChange(request);
      const { laps = 1, closed: isClosed = laps > 1 } = request.query;
      const course = refusing(() => courseOf(fileOf(request.body), { laps, isClosed }));
      const changed = await change((own) => ({ own: onCourse(own, course) }));
      return answerSetup(changed, reply);
    },
  );

  server.put(
    '/v1/races/:id/starters',
    {
      bodyLimit: MAX_BODY_BYTES.starters,
      schema: {
        ...common,
        operationId: 'putStarters',
        summary: 'Put the starters of a CSV file in place of all before',
        description:
          'A line of column names, then one line each: bib, name, sex (female, male, other), birth_year, club, ' +
          'country (ISO 3166-1 alpha-3), athlete, device, chip, wave, category, shows_heart_rate (yes of ' +
          'whoever agreed that everybody may see theirs; else nobody may). The first three are needed; wave and ' +
          'category too where the race has several. Errors name the line.',
        params: RaceParams,
        headers: ChangeHeaders,
        body: upload(CSV),
        response: ofChange,
      },
    },
    async (request, reply) => {
      const { before, change } = await openChange(request);
      const only = <One>(all: readonly { id: One }[]) => (all.length === 1 ? all[0].id : null);
      const { waves, categories } = before.setting;
      const { starters, lines } = refusing(() =>
        readStarters(fileOf(request.body), { wave: only(waves), category: only(categories) }),
      );
      const changed = await byLine(lines, () => change((own) => ({ own, starters })));
      return answerSetup(changed, reply);
    },
  );
}

const CREATE_PROBLEMS = [
  ...OWN_PROBLEMS.filter((name) => name !== 'unknown_race'),
  ...(['bad_request', 'race_exists', 'key_reused'] as const),
];
/** A list needs no race. */
const LIST_PROBLEMS = ['organiser_only', 'second_factor_needed', ...TOKEN_PROBLEMS] as const;

/** A request without a body has no type either, so nothing has looked at it yet. */
function fileOf(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  throw invalidParameter('body', 'is missing: it is the file');
}

/** What is wrong with a file is told as what is wrong with the request. */
function refusing<T>(read: () => T): T {
  try {
    return asProblems(read);
  } catch (error) {
    if (error instanceof RefusedFileError) throw invalidParameter('body', `${error.reason}: ${error.message}`);
    if (!(error instanceof StartersError)) throw error;
    throw new Problem('invalid_request', { detail: error.message.slice(0, MAX_DETAIL), errors: error.errors });
  }
}

const MAX_DETAIL = 1_000;

/** A rule that starters break together (two bibs) names them by their place: it is told by their line. */
async function byLine<T>(lines: readonly number[], run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof Problem) || error.problem !== 'invalid_request') throw error;
    const inLine = (text: string) =>
      text.replaceAll(/\/?starters\/(\d+)(?:\/(\w+))?/g, (_, n, column) => {
        return `line ${lines[Number(n)]}${column === undefined ? '' : `, ${column}`}`;
      });
    const errors = error.extra.errors?.map(({ parameter, message }) => {
      return { parameter: inLine(parameter), message: inLine(message) };
    });
    throw new Problem('invalid_request', { detail: inLine(error.message), errors: errors ?? [] }, { cause: error });
  }
}
