import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createApiProcess } from '../api/api-process.ts';
import { apiOptions } from '../api/options.ts';
import { sinkMessage } from '../processors/batches-for-tests.ts';
import { startTestClickHouse } from '../processors/stores-for-tests.ts';
import { systemClock } from '../runtime/clock.ts';
import { createHealth } from '../runtime/health.ts';
import { createSilentLog } from '../runtime/log.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { startTestNats } from '../runtime/nats/nats-for-tests.ts';
import { openPlatform, platformOptions } from '../runtime/nats/platform.ts';
import { readOptions } from '../runtime/options.ts';
import { writeRace } from '../runtime/race-config.ts';
import { createReleaseStack } from '../runtime/release.ts';
import type { Service } from '../runtime/service.ts';
import { signToken } from '../runtime/token.ts';
import { loadSigningKey } from '../runtime/token-keys.ts';
import type { BoardRow } from '../schemas/board.ts';
import { type CourseLine, createCourseLine } from '../schemas/course-line.ts';
import { encodeProgress, type ProgressMotion, type ProgressTick } from '../schemas/progress.ts';
import { RACE_ENTRY_KIND, type RaceEntry, type RaceWord, raceEntryEntity } from '../schemas/race-entry.ts';
import { freePort } from '../stack/ports.ts';
import { startService } from '../stack/services.ts';
import { ensureTokenKeys } from '../stack/token-keys.ts';
import { buildPage } from '../web/build/build-page.ts';
import { type Field, hillRace, type Runner } from './hill-race.ts';

const SHARDS = 2;
const WAIT_MS = 30_000;
const TICK_EVERY_MS = 1_000;
const TOKEN_MS = 3_600_000;
const FIXES_PER_FRAME = 600;

/**
 * The race page over real engines: NATS, a process that holds boards, and the API, which can be stopped and started
 * again. Positions are told as a holder of frames would tell them, of a shard that there is not: the race began
 * `goneMs` ago and goes on in real time. With `isStored` a ClickHouse has the positions of before it was shown.
 */
export async function showRace(
  t: Pick<TestContext, 'after'>,
  { starters = 60, goneMs = 1_200_000, isStored = false } = {},
) {
  const { dir: pageDir } = await buildPage();
  const field = await hillRace(starters, Date.now() - goneMs);
  const dir = await mkdtemp(join(tmpdir(), 'slip-race-page-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const nats = await startTestNats({ maxFileBytes: 2 ** 34 });
  t.after(() => nats.stop());
  const log = createSilentLog();
  const release = createReleaseStack({ log });
  t.after(() => release.release());
  const argv = [`--nats-urls=${nats.url}`, `--shards=${SHARDS}`];
  const platform = await openPlatform(readOptions(platformOptions, { argv, env: {} }), {
    ...{ name: 'test', logger: log, release },
  });
  const clickhouse = isStored ? await storeRace(t, field) : {};
  const processorsAdminPort = await freePort();
  const holder = await startService({
    ...{ name: 'processors', dataDir: dir, host: '127.0.0.1' },
    ports: [{ port: processorsAdminPort, option: '--processors-admin-port' }],
    options: { natsUrls: nats.url, shards: SHARDS, sinks: 'none', processorsAdminPort, ...clickhouse },
  });
  t.after(() => holder.stop());

  const { privateFile, publicFile } = await ensureTokenKeys(dir);
  const issuedMs = Date.now();
  const organiserToken = await signToken(await loadSigningKey(privateFile, '--key'), {
    ...{ role: 'organiser', subject: 'club', athlete: '', tokenId: 'club-1', importer: false },
    ...{ issuedMs, expiresMs: issuedMs + TOKEN_MS },
  });
  const apiPort = await freePort();
  async function openApi(): Promise<Service> {
    const api = await createApiProcess({
      options: readOptions(apiOptions, {
        argv: [
          ...argv,
          '--open-loopback',
          `--token-keys=${publicFile}`,
          `--api-port=${apiPort}`,
          `--page-dir=${pageDir}`,
        ],
        env: {},
      }),
      ...{ platform, health: createHealth(), metrics: createMetrics('api', { runtimeMetrics: false }) },
      ...{ clock: systemClock, log, release },
    });
    void api.run();
    return api;
  }
  let api = await openApi();
  t.after(() => api.stop());

  const { starters: all, startersVersion: _, version: __, ...setting } = field.race;
  await writeRace(await platform.config(), null, setting, all);
  const url = `http://127.0.0.1:${apiPort}`;
  await until('the race is shown', async () => (await fetch(`${url}/v1/races/hill/board`)).ok);
  const tell = tellerOf(field, (tick) =>
    platform.bus.publish(platform.names.progress('hill', tick.shard), encodeProgress(tick)),
  );
  for (let atMs = field.gunMs; atMs < Date.now(); atMs += 10_000) tell(atMs);
  const ticking = setInterval(() => tell(Date.now()), TICK_EVERY_MS);
  t.after(() => clearInterval(ticking));

  let entries = 0;
  return {
    url,
    link: `${url}/races/hill`,
    /** Of the club, whose race it is. */
    organiserLink: (path = '') => `${url}/organiser${path}#token=${organiserToken}`,
    field,
    /** What a person or a mat says of somebody. */
    async enter(bib: string, said: RaceWord): Promise<void> {
      const own = { race: 'hill', by: 'ann', saidMs: Date.now(), id: `entry-${++entries}` };
      const entry: RaceEntry = { kind: RACE_ENTRY_KIND, ...own, bib, said };
      const subject = platform.names.fact(RACE_ENTRY_KIND, raceEntryEntity(entry));
      const facts = await platform.facts();
      await facts.publish(subject, Buffer.from(JSON.stringify(entry)), { msgId: entry.id, headers: {} });
    },
    stopServer: () => api.stop(),
    async startServer() {
      api = await openApi();
    },
    board,
    /** The bibs of the board as HTTP tells it now. */
    order: async () => (await board()).rows.map(({ bib }) => bib),
  };

  /** As HTTP tells it. */
  async function board(query = ''): Promise<{ rows: BoardRow[] }> {
    const answer = await fetch(`${url}/v1/races/hill/board${query}`);
    return (await answer.json()) as { rows: BoardRow[] };
  }
}

async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  for (const fromMs = performance.now(); performance.now() - fromMs < WAIT_MS; ) {
    if (await look().catch(() => false)) return;
    await systemClock.sleep(50);
  }
  throw new Error(`${what}: not within ${WAIT_MS} ms`);
}

/** What the watches of everybody have measured by now, in a store of its own; says where it is. */
async function storeRace(t: Pick<TestContext, 'after'>, { race, runners, gunMs }: Field) {
  const store = await startTestClickHouse();
  t.after(() => store.stop());
  const line = createCourseLine(race.course!);
  const seconds = Array.from({ length: Math.ceil((Date.now() - gunMs) / 1_000) }, (_, i) => gunMs + i * 1_000);
  const frameOf = ({ bib, at }: Runner, seq: number) => {
    const timesMs = seconds.slice(seq * FIXES_PER_FRAME, (seq + 1) * FIXES_PER_FRAME);
    const places = timesMs.map((ms) => ({ ...at(ms), ...line.at(at(ms).positionM) }));
    const columns = {
      latitude: places.map(({ latitudeE7 }) => latitudeE7),
      longitude: places.map(({ longitudeE7 }) => longitudeE7),
      horizontal_accuracy: places.map(() => 30),
      speed: places.map(({ speedMps }) => Math.round(speedMps * 1_000)),
    };
    return { device: `watch-${bib}`, boot: '00000000000000c1', seq: seq + 1, source: 'gps', timesMs, columns };
  };
  const numbers = Array.from({ length: Math.ceil(seconds.length / FIXES_PER_FRAME) }, (_, seq) => seq);
  const messages = runners.map((runner, i) => {
    const frames = numbers.map((seq) => frameOf(runner, seq));
    return sinkMessage({ frames, batch: i + 1, athlete: '' }, i + 1);
  });
  await store.sink.write(messages);
  return { clickhouseUrl: store.url };
}

const SPAN_MS = 10_000;
const spanEnd = (ms: number) => SPAN_MS * Math.floor(ms / SPAN_MS);

/**
 * How a runner moved in the last span that is over. Nobody runs up a hill as fast as they are made to: only who was
 * driven is told of as if they had been seen all the time.
 */
function motionOf(
  { at, isOffCourse, isDriven }: Runner,
  line: CourseLine,
  atMs: number,
  gunMs: number,
): ProgressMotion {
  const untilMs = spanEnd(atMs);
  const middle = line.at(at(untilMs - SPAN_MS / 2).positionM);
  const plane = { eastM: 0, northM: 0 };
  line.toPlane(middle.latitudeE7, middle.longitudeE7, plane);
  const { positionM } = at(untilMs);
  const body = isDriven ? null : Math.round(150 + 20 * Math.sin(untilMs / 200_000));
  const unseenMs = isDriven ? 0 : untilMs - gunMs;
  const own = { travelledM: positionM, unseenMs, heartRate: body, cadence: null };
  return { untilMs, ...plane, positionM, isOffCourse, ...own };
}

/** Where everybody is at a moment, as numbered ticks; crossings are told once, when they happen. */
function tellerOf({ race, gunMs, runners }: Field, publish: (tick: ProgressTick) => void) {
  let number = 0;
  let toldMs = Number.NEGATIVE_INFINITY;
  const line = createCourseLine(race.course!);
  const shown = new Set(race.starters.filter(({ showsHeartRate }) => showsHeartRate).map(({ bib }) => bib));
  return (atMs: number) => {
    const since = toldMs;
    const isNewSpan = spanEnd(atMs) > spanEnd(since);
    toldMs = atMs;
    const athletes = runners.flatMap((runner) => {
      if (!runner.isHeardAt(atMs)) return [];
      const crossings = race.checkpoints.flatMap(({ id, positionM: [metres] }) => {
        const timeMs = Math.round(runner.timeAt(metres));
        if (timeMs > atMs || timeMs <= since) return [];
        const own = { checkpoint: id, pass: 1, timeMs, sigmaMs: 600, revision: 1, isWithdrawn: false };
        return [{ ...own, source: 'gps' as const }];
      });
      const { positionM, speedMps } = runner.at(atMs);
      const { isOffCourse, bib, isDriven } = runner;
      const place = { bib, atMs, positionM, sigmaM: 3, speedMps, isOffCourse, lap: 1, crossings };
      // Every other span: rules look at who was unseen for no longer than one.
      const isShownNow = shown.has(bib) && spanEnd(atMs) % (2 * SPAN_MS) === 0;
      const isTold = isNewSpan && (isDriven || isShownNow);
      return [{ ...place, ...(isTold && { motions: [motionOf(runner, line, atMs, gunMs)] }) }];
    });
    const head = { race: race.id, raceVersion: 1, shard: 9, epoch: 1, number: ++number, atMs: Math.max(atMs, gunMs) };
    publish({ ...head, full: false, part: 0, parts: 1, athletes });
  };
}
