import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { columnsOfFixes, type Fix, measureRunner, WHITE_3M } from '../device-sim/race/gps-noise.ts';
import { makeRaceCourse } from '../device-sim/race/race-courses.ts';
import { createRunner } from '../device-sim/race/race-truth.ts';
import { createRandom } from '../device-sim/random.ts';
import { createMqttConnect } from '../device-sim/transport/mqtt-client.ts';
import { createCourseLine } from '../schemas/course-line.ts';
import { encodeFrame } from '../schemas/frame/encode.ts';
import type { PreviewedAthlete, RacePreview } from '../schemas/race-preview.ts';
import { gpxOf, startOrganisedRaces, untilEqual } from './organised-race.ts';

const FIXES_PER_FRAME = 10;
/** What the dead process had not acknowledged comes again after ten seconds, and only then is all of it stored. */
const AFTER_DEATH_MS = 90_000;
/** The race is over: frames of the last hour are taken as they come. */
const GUN_MS = Math.floor(Date.now() / 1_000) * 1_000 - 1_800_000;
const PACES_MPS: Readonly<Record<string, number>> = { 1: 4.6, 2: 4.2, 3: 3.8 };
const BIBS = Object.keys(PACES_MPS);
const CSV = ['bib,name,sex,device', ...BIBS.map((bib) => `${bib},Runner ${bib},f,watch-${bib}`)].join('\n');
const COURSE = makeRaceCourse(createRandom('preview', 'course'), 'point-to-point', 1_700);
const LINE = createCourseLine(COURSE);

function stated(springM: number, finishM: number, gunMs = GUN_MS) {
  return {
    ...{ name: 'Valley mile', sport: 'run', state: 'live', closesMs: GUN_MS + 3 * 3_600_000 },
    checkpoints: [
      { id: 'start', name: 'Start', isStart: true, positionM: [0] },
      { id: 'spring', name: 'Spring', positionM: [springM] },
      { id: 'finish', name: 'Finish', isFinish: true, positionM: [finishM] },
    ],
    waves: [{ id: 'all', name: 'All', gunTimeMs: gunMs, categories: ['open'] }],
    categories: [{ id: 'open', name: 'Open', sex: null, minAge: null, maxAge: null }],
  };
}

let world: Awaited<ReturnType<typeof startOrganisedRaces>>;
let token: string;
let etag = '';
/** By bib: when they were at a place, ms since the epoch. */
const truths = new Map<string, (positionM: number) => number>();

before(async () => {
  world = await startOrganisedRaces({ isStored: true });
  token = await world.tokenFor('organiser', 'club');
});

after(() => world?.stop());

async function put(part: string, body: object | string, type = 'application/json') {
  const headers = { 'if-match': etag, 'content-type': type };
  const answer = await world.ask(token, `/v1/races/valley${part}`, { method: 'PUT', body, headers });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  etag = answer.headers.get('etag') ?? '';
}

async function preview(body: object): Promise<RacePreview> {
  const asked = { method: 'POST', body, headers: { 'if-match': etag } } as const;
  const answer = await world.ask(token, '/v1/races/valley/previews', asked);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body;
}

/** What everybody sees of each athlete: place, and when they crossed what. */
async function seen() {
  const { status, body } = await world.ask(null, '/v1/races/valley/board');
  if (status !== 200) return status;
  const all = body.rows.map(async ({ bib, status, rank, categoryRank, gunMs, chipMs }: Record<string, unknown>) => {
    const { crossings = [] } = (await world.ask(null, `/v1/races/valley/athletes/${bib}`)).body;
    const times = crossings.map(({ checkpoint, timeMs }: Record<string, unknown>) => [checkpoint, timeMs]);
    return { bib, place: { status, rank, categoryRank, gunMs, chipMs }, times };
  });
  const rows: { bib: string; place: object; times: [string, number][] }[] = await Promise.all(all);
  return rows.toSorted((a, b) => (a.bib < b.bib ? -1 : 1));
}

/** What they would see, if the preview is right. */
async function foretold(athletes: readonly PreviewedAthlete[]) {
  const rows = await seen();
  assert.ok(Array.isArray(rows));
  return rows.map(({ bib, place, times }) => {
    const said = athletes.find((one) => one.bib === bib);
    const then = new Map(times);
    for (const { checkpoint, afterMs } of said?.crossings ?? []) {
      if (afterMs === null) then.delete(checkpoint);
      else then.set(checkpoint, afterMs);
    }
    return { bib, place: said?.after ?? place, times: [...then].sort(([, a], [, b]) => a - b) };
  });
}

function frameOf(bib: string, seq: number, fixes: readonly Fix[]): Uint8Array {
  return encodeFrame({
    ...{ device: `watch-${bib}`, boot: '00000000000000b4', seq, source: 'gps' },
    timesMs: fixes.map(({ timeMs }) => timeMs),
    columns: columnsOfFixes(fixes),
  });
}

test('three run, and the board knows when each was at the spring and at the finish', { timeout: 180_000 }, async () => {
  const made = await world.ask(token, '/v1/races', {
    ...{ method: 'POST', body: { id: 'valley', name: 'Valley mile', sport: 'run' } },
  });
  etag = made.headers.get('etag') ?? '';
  await put('/course', gpxOf(COURSE), 'application/gpx+xml');
  await put('', { ...stated(600, LINE.lengthM - 1), state: 'draft' });
  await put('/starters', CSV, 'text/csv');
  await put('', stated(600, LINE.lengthM - 1));
  const random = createRandom('preview', 'runners');
  const connect = createMqttConnect({ url: world.mqttUrl, version: 5 });
  for (const [bib, paceMps] of Object.entries(PACES_MPS)) {
    const own = { gunTimeMs: GUN_MS, waitS: 20, paceMps, minMps: 2.5, fade: 0.03, stopsPerS: 0 };
    const truth = createRunner(random, LINE, own);
    truths.set(bib, (positionM) => Math.round(truth.crossedMs(positionM) ?? Number.NaN));
    const fixes = [...measureRunner(random, LINE, truth, WHITE_3M)];
    const connection = await connect({ device: `watch-${bib}`, token: await world.tokenFor('device', `watch-${bib}`) });
    for (let seq = 1; (seq - 1) * FIXES_PER_FRAME < fixes.length; seq++) {
      const frame = frameOf(bib, seq, fixes.slice((seq - 1) * FIXES_PER_FRAME, seq * FIXES_PER_FRAME));
      assert.deepEqual(await connection.send(frame), { kind: 'acknowledged', reason: null });
    }
    await connection.close();
  }
  await untilEqual(
    BIBS.map((bib) => [bib, 'finished', ['start', 'spring', 'finish']]),
    async () => {
      const rows = await seen();
      if (!Array.isArray(rows)) return rows;
      return rows.map(({ bib, place, times }) => [bib, (place as { status: string }).status, times.map(([id]) => id)]);
    },
  );
});

test('a checkpoint that would move is told by athlete, and moving it does what was told', {
  timeout: 120_000,
}, async () => {
  const next = stated(950, LINE.lengthM - 1);
  const before = await seen();
  const { summary, athletes } = await preview(next);
  assert.deepEqual(summary, {
    ...{ athletes: 3, changed: 3, ranksChanged: 0, statusesChanged: 0 },
    ...{ crossingsGained: 0, crossingsLost: 0, crossingsMoved: 3, unread: 0 },
  });
  for (const { bib, crossings } of athletes) {
    assert.deepEqual(
      crossings.map(({ checkpoint }) => checkpoint),
      ['spring'],
    );
    const offMs = Math.abs((crossings[0].afterMs ?? Number.NaN) - (truths.get(bib)?.(950) ?? 0));
    assert.ok(offMs < 1_500, `${bib}: ${offMs} ms off`);
  }
  assert.deepEqual(await seen(), before, 'nothing is changed by looking');
  const wanted = await foretold(athletes);
  await put('', next);
  await untilEqual(wanted, seen);
});

test('so do a gun and a finish, though the holder dies before it has looked', { timeout: 180_000 }, async () => {
  const next = stated(950, LINE.lengthM - 200, GUN_MS + 5_000);
  const { summary, athletes } = await preview(next);
  assert.deepEqual([summary.changed, summary.crossingsLost, summary.crossingsGained], [3, 0, 0]);
  const wanted = await foretold(athletes);
  await put('', next);
  await world.replaceHolder();
  await untilEqual(wanted, seen, AFTER_DEATH_MS);
});
