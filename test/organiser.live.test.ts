import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { columnsOfFixes, type Fix, measureRunner, WHITE_3M } from '../device-sim/race/gps-noise.ts';
import { makeRaceCourse } from '../device-sim/race/race-courses.ts';
import { createRunner } from '../device-sim/race/race-truth.ts';
import { createRandom } from '../device-sim/random.ts';
import { createMqttConnect } from '../device-sim/transport/mqtt-client.ts';
import { createCourseLine } from '../schemas/course-line.ts';
import { encodeFrame } from '../schemas/frame/encode.ts';
import type { Course } from '../schemas/race.ts';
import { type Asked, gpxOf, startOrganisedRaces, untilEqual } from './organised-race.ts';

const FIXES_PER_FRAME = 10;
/** The race is over: frames of the last hour are taken as they come. */
const GUN_MS = Math.floor(Date.now() / 1_000) * 1_000 - 1_800_000;
/** Somebody of these was driven for a part of the way. */
const PLANS = [
  { bib: '1', name: 'Ana Novak', sex: 'f', paceMps: 4.6 },
  { bib: '2', name: 'Ben Kos', sex: 'm', paceMps: 4.2 },
  { bib: '3', name: 'Eva Hribar', sex: 'f', paceMps: 3.8 },
  { bib: '4', name: 'Jan Zajc', sex: 'm', paceMps: 3.9, ride: { fromM: 700, toM: 1_400, speedMps: 11 } },
];
const CSV = ['bib,name,sex,club,country,device,chip', ...PLANS.map(starterLine)].join('\n');
const STATED = {
  ...{ name: 'Valley mile', sport: 'run', state: 'live', closesMs: GUN_MS + 3 * 3_600_000 },
  checkpoints: [
    { id: 'start', name: 'Start', isStart: true },
    { id: 'finish', name: 'Finish', isFinish: true },
  ],
  waves: [{ id: 'all', name: 'All', gunTimeMs: GUN_MS, categories: ['open'] }],
  categories: [{ id: 'open', name: 'Open', sex: null, minAge: null, maxAge: null }],
};

let world: Awaited<ReturnType<typeof startOrganisedRaces>>;
let tokens: { club: string; rival: string; mat: string };
/** When each bib finished, ms from the gun; filled by the first test, for the others. */
let finished: ReadonlyMap<string, number> = new Map();
/** When each was seen last, ms since the epoch. */
const lastFixMs = new Map<string, number>();
/** Every act, in order. */
const done: object[] = [];

before(async () => {
  world = await startOrganisedRaces();
  const [club, rival, mat] = await Promise.all([
    world.tokenFor('organiser', 'club'),
    world.tokenFor('organiser', 'rival'),
    world.tokenFor('feed', 'club'),
  ]);
  tokens = { club, rival, mat };
});

after(() => world?.stop());

function starterLine({ bib, name, sex }: (typeof PLANS)[number]): string {
  return `${bib},${name},${sex},AK Dolina,SVN,watch-${bib},chip-${bib}`;
}

/** As the organiser, about the race; throws when it is refused. */
async function own(part: string, asked: Asked = {}) {
  const answer = await world.ask(tokens.club, `/v1/races/valley${part}`, asked);
  assert.ok(answer.status < 300, `${asked.method ?? 'GET'} ${part}: ${JSON.stringify(answer.body)}`);
  return answer;
}

const ms = (bib: string) => finished.get(bib) ?? Number.NaN;
const inOrder = (...bibs: string[]) => bibs.map((bib, i) => [bib, i + 1, 'finished', ms(bib)]);

async function act(what: object, why: string): Promise<void> {
  const { body } = await own('/acts', { method: 'POST', body: { act: what, why } });
  done.push(what);
  const { act, by, number } = body;
  assert.deepEqual([number, act, by, body.why], [done.length, what, 'organiser club', why]);
}

async function setUp(): Promise<Course> {
  const gpx = gpxOf(makeRaceCourse(createRandom('organiser', 'course'), 'point-to-point', 1_700));
  const payload = { id: 'valley', name: 'Valley mile', sport: 'run' };
  const headers = { 'idempotency-key': 'once' };
  const made = await world.ask(tokens.club, '/v1/races', { method: 'POST', body: payload, headers });
  assert.deepEqual([made.status, made.headers.get('location')], [201, '/v1/races/valley']);
  let etag = made.headers.get('etag') ?? '';
  const put = async (part: string, body: object | string, type: string) => {
    const said = { 'if-match': etag, 'content-type': type };
    const answer = await own(part, { method: 'PUT', body, headers: said });
    etag = answer.headers.get('etag') ?? '';
    return answer.body;
  };
  await put('/course', gpx, 'application/gpx+xml');
  await put('', { ...STATED, state: 'draft' }, 'application/json');
  await put('/starters', CSV, 'text/csv');
  assert.equal((await world.ask(null, '/v1/races/valley')).status, 404, 'a draft is nobody’s business');
  const early = { ...STATED, waves: [{ ...STATED.waves[0], gunTimeMs: GUN_MS - 60_000 }] };
  await put('', early, 'application/json');
  const { course, state, starters } = await put('', STATED, 'application/json');
  assert.deepEqual([state, starters], ['live', PLANS.length]);
  return course;
}

/** Sends what each watch measured, then the chips' reads at the finish: when each bib finished, ms from the gun. */
async function run(course: Course): Promise<Map<string, number>> {
  const random = createRandom('organiser', 'runners');
  const line = createCourseLine(course);
  const connect = createMqttConnect({ url: world.mqttUrl, version: 5 });
  const truths = new Map<string, number>();
  const seenMs = world.followProgress('valley');
  await Promise.all(
    PLANS.map(async ({ bib, paceMps, ride }) => {
      const own = { gunTimeMs: GUN_MS, waitS: 20, paceMps, minMps: 2.5, fade: 0.03, stopsPerS: 0 };
      const truth = createRunner(random, line, { ...own, ...(ride && { ride }) });
      truths.set(bib, Math.round(truth.crossedMs(line.lengthM) ?? Number.NaN) - GUN_MS);
      const fixes = [...measureRunner(random, line, truth, WHITE_3M)];
      lastFixMs.set(bib, fixes.at(-1)?.timeMs ?? Number.NaN);
      const connection = await connect({
        device: `watch-${bib}`,
        token: await world.tokenFor('device', `watch-${bib}`),
      });
      for (let seq = 1; (seq - 1) * FIXES_PER_FRAME < fixes.length; seq++) {
        const some = fixes.slice((seq - 1) * FIXES_PER_FRAME, seq * FIXES_PER_FRAME);
        assert.deepEqual(await connection.send(frameOf(bib, seq, some)), { kind: 'acknowledged', reason: null });
        // As in a race, each span is told of before the next: of a backlog the review sees the ends alone.
        await untilEqual(some.at(-1)?.timeMs, async () => seenMs.get(bib));
      }
      await connection.close();
    }),
  );
  const reads = [...truths].map(([bib, afterMs]) => {
    return { chip: `chip-${bib}`, checkpoint: 'finish', source: 'chip', timeMs: GUN_MS + afterMs };
  });
  const asked = { method: 'POST', body: { reads: [...reads, { ...reads[0], chip: 'lost' }] } } as const;
  const { body } = await world.ask(tokens.mat, '/v1/races/valley/reads', asked);
  assert.deepEqual(body, { stored: PLANS.length, refused: [{ read: PLANS.length, reason: 'unknown_chip' }] });
  return truths;
}

function frameOf(bib: string, seq: number, fixes: readonly Fix[]): Uint8Array {
  return encodeFrame({
    ...{ device: `watch-${bib}`, boot: '00000000000000b3', seq, source: 'gps' },
    timesMs: fixes.map(({ timeMs }) => timeMs),
    columns: columnsOfFixes(fixes),
  });
}

/** The board as everybody sees it: bib, rank, status, ms from the gun. */
async function board(): Promise<unknown[]> {
  const { status, body } = await world.ask(null, '/v1/races/valley/board');
  if (status !== 200) return [status];
  return body.rows.map(({ bib, rank, status, gunMs }: Record<string, unknown>) => [bib, rank, status, gunMs]);
}

/** Nothing more will be found: the board knows the last fix of each watch. */
async function isAllSeen(): Promise<boolean> {
  const { rows } = (await world.ask(null, '/v1/races/valley/board')).body;
  return rows.every(({ bib, seenMs }: { bib: string; seenMs: number }) => seenMs === lastFixMs.get(bib));
}

test('an organiser sets a race up, and everybody sees who won it', { timeout: 60_000 }, async () => {
  finished = await run(await setUp());
  await untilEqual(inOrder('4', '1', '2', '3'), board);
});

test('a person decides about a finding, also through the death of its holder', { timeout: 60_000 }, async () => {
  await untilEqual(true, isAllSeen);
  const { findings } = (await own('/reviews')).body;
  assert.deepEqual([...new Set(findings.flatMap(({ bibs }: { bibs: string[] }) => bibs))], ['4']);
  const [{ id, revision }] = findings;
  const decision = async () => {
    const { status, body } = await world.ask(tokens.club, '/v1/races/valley/reviews');
    return status === 200 ? body.findings.find((one: { id: string }) => one.id === id).decision : status;
  };
  const told = async () => {
    const { saidMs: _, ...rest } = (await decision()) ?? {};
    return rest;
  };
  const decided = (what: string, why: string) => {
    return { decision: what, revision, by: 'organiser club', why, isOutdated: false };
  };
  await act({ type: 'review', finding: id, revision, decision: 'dismissed' }, 'a strong tail wind');
  await untilEqual(decided('dismissed', 'a strong tail wind'), told);
  await act({ type: 'review', finding: id, revision, decision: 'confirmed' }, 'a marshal saw the bicycle');
  await untilEqual(decided('confirmed', 'a marshal saw the bicycle'), told);
  await world.replaceHolder();
  await untilEqual(decided('confirmed', 'a marshal saw the bicycle'), told);
  await act({ type: 'undo', number: 2 }, 'the marshal is not sure');
  await untilEqual(decided('dismissed', 'a strong tail wind'), told);
  await act({ type: 'undo', number: 1 }, 'nobody knows of any wind');
  await untilEqual(null, decision);
  await untilEqual(inOrder('4', '1', '2', '3'), board);
});

test('an organiser decides, corrects, freezes and publishes', { timeout: 60_000 }, async () => {
  const dsq = { type: 'verdict', bib: '4', verdict: 'dsq' };
  const disqualified = ['4', null, 'dsq', ms('4')];
  await act(dsq, 'was seen on a bicycle');
  await untilEqual([...inOrder('1', '2', '3'), disqualified], board);
  await act({ type: 'undo', number: done.length }, 'that was somebody else');
  await untilEqual(inOrder('4', '1', '2', '3'), board);
  await act(dsq, 'it was not');
  await untilEqual([...inOrder('1', '2', '3'), disqualified], board);

  const corrected = ms('1') - 1_000;
  const correct = { type: 'crossing', bib: '2', checkpoint: 'finish', pass: 1, timeMs: GUN_MS + corrected };
  await act(correct, 'finish camera');
  const final = [
    ['2', 1, 'finished', corrected],
    ['1', 2, 'finished', ms('1')],
    ['3', 3, 'finished', ms('3')],
  ];
  await untilEqual([...final, disqualified], board);

  await act({ type: 'freeze' }, 'everybody is in');
  const late = { chip: 'chip-3', checkpoint: 'finish', source: 'mat', timeMs: GUN_MS + 60_000 };
  await own('/reads', { method: 'POST', body: { reads: [late] } });
  await act({ type: 'publish' }, 'no protest came in');
  const results = async () => (await world.ask(null, '/v1/races/valley/results')).body;
  await untilEqual(['published', true], async () => {
    const { state, isOfficial } = await results();
    return [state, isOfficial];
  });
  assert.deepEqual(await board(), [...final, disqualified], 'what came after the freeze changes nothing');
  const told = (await results()).results;
  assert.deepEqual(
    told.map(({ bib, rank, status, gunMs }: Record<string, unknown>) => [bib, rank, status, gunMs]),
    [...final, ['4', null, 'dsq', null]],
  );
  const csv = await world.ask(null, '/v1/races/valley/results?format=csv');
  const lines = String(csv.body).trim().split('\n').slice(1);
  assert.deepEqual(
    lines.map((line) => line.split(',').slice(0, 9).join(',')),
    [
      '1,2,Ben Kos,male,AK Dolina,SVN,All,Open,finished',
      '2,1,Ana Novak,female,AK Dolina,SVN,All,Open,finished',
      '3,3,Eva Hribar,female,AK Dolina,SVN,All,Open,finished',
      ',4,Jan Zajc,male,AK Dolina,SVN,All,Open,dsq',
    ],
  );

  const { acts, changes } = (await own('/audit')).body;
  assert.deepEqual(
    changes.map(({ version, by, changed }: Record<string, unknown>) => [version, by, changed]),
    [[6, 'organiser club', ['waves']]],
    'the gun was put right while the race was live',
  );
  assert.deepEqual(
    acts.map(({ number, by, act, isUndone }: Record<string, unknown>) => [number, by, act, isUndone]),
    done.map((one, i) => [i + 1, 'organiser club', one, [0, 1, 4].includes(i)]),
  );
  assert.deepEqual(
    acts.slice(4).map(({ before, after }: Record<string, unknown>) => [before, after]),
    [
      [null, { verdict: 'dsq' }],
      [{ verdict: 'dsq' }, null],
      [null, { verdict: 'dsq' }],
      [null, { timeMs: GUN_MS + corrected }],
      [null, { state: 'frozen' }],
      [{ state: 'frozen' }, { state: 'published' }],
    ],
  );
});

test('nobody else acts on the race, or reads what is between its organiser and the judges', async () => {
  const strike = { act: { type: 'strike', bib: '1', checkpoint: 'finish', pass: 1 }, why: 'to win' };
  const asked: [path: string, asked: Asked][] = [
    ['/acts', { method: 'POST', body: strike }],
    ['/audit', {}],
    ['/reviews', {}],
    ['/setup', {}],
  ];
  for (const [part, what] of asked) {
    const path = `/v1/races/valley${part}`;
    const statuses = [null, tokens.rival, tokens.mat].map(async (token) => (await world.ask(token, path, what)).status);
    assert.deepEqual(await Promise.all(statuses), [401, 403, 403], path);
  }
  assert.equal((await own('/audit')).body.acts.length, done.length);
});
