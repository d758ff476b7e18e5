import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { TestContext } from 'node:test';
import { createManualClock } from '../runtime/clock.ts';
import { closeAfter } from '../runtime/closings-for-tests.ts';
import type { NotedDeletion } from '../runtime/deletion-log.ts';
import { createHealth } from '../runtime/health.ts';
import { createMemoryKvStore } from '../runtime/kv/memory-kv.ts';
import { createMemoryLog } from '../runtime/log.ts';
import { createMemoryBusHub } from '../runtime/memory-bus.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { createMemoryObjects } from '../runtime/objects/memory-objects.ts';
import { createRaces } from '../runtime/races.ts';
import { createRevocations } from '../runtime/revocations.ts';
import { createSeal, generateSealJwk } from '../runtime/seal.ts';
import { createMemoryLogStore } from '../runtime/stream/memory-stream.ts';
import { createTokenVerifier } from '../runtime/token.ts';
import { generateDeviceSigningJwk, publicJwkOf, readKeySet, readSigningKey } from '../runtime/token-keys.ts';
import type { ActivityRecord } from '../schemas/activity.ts';
import { type AthleteSettings, NO_SETTINGS } from '../schemas/athlete-settings.ts';
import type { AthleteWay, BoardView } from '../schemas/board.ts';
import {
  boardRowText,
  encodeBoardAsk,
  encodeBoardMessage,
  encodeSplits,
  readBoardQuestion,
} from '../schemas/board-message.ts';
import { shardOf } from '../schemas/identity.ts';
import { encodeLive } from '../schemas/live-activity.ts';
import { createNames, keys } from '../schemas/names.ts';
import type { PreviewQuestion, PreviewState } from '../schemas/race-preview.ts';
import type { RecomputeAsk } from '../schemas/recompute-ask.ts';
import type { ReviewEntry } from '../schemas/review.ts';
import { createAccess, type TokenVerdict } from './access.ts';
import { createIdentity, verifyBoth } from './accounts/identity.ts';
import { createLiveSource } from './activities/live-source.ts';
import { createMemoryActivityReader } from './activities/memory-reader.ts';
import { createApi } from './api.ts';
import { createMemoryAthleteReader } from './athletes/memory-reader.ts';
import { type TestDatabase, testDatabase } from './database/database-for-tests.ts';
import { createRevocationDelivery, createSignDevice, REVOCATION } from './devices/credentials.ts';
import { createMemoryDeviceReader } from './devices/memory-reader.ts';
import { createWatchDevices } from './devices/trouble/watch-devices.ts';
import { askToLookAfter } from './goals/ask-to-look.ts';
import { createReaching } from './goals/reaching.ts';
import { createSendPushed, HEALTH_QUEUE } from './health-stores/send-pushed.ts';
import type { ImportFile } from './imports/importer.ts';
import { createRunImport, IMPORT_QUEUE } from './imports/run-import.ts';
import { createMemoryQueue } from './jobs/memory-queue.ts';
import { createMailCatcher } from './mail/caught.ts';
import { createNewsService } from './notifications/news-service.ts';
import { createOperations } from './operations/operations.ts';
import { createMemoryOperationsRead, ledger, turnedAway } from './operations/operations-for-tests.ts';
import { createPostOutside } from './outside/post-outside.ts';
import { createDeletion } from './own-data/deletion.ts';
import { createExports } from './own-data/export/exports.ts';
import { createMemorySamples } from './own-data/export/memory-samples.ts';
import { createPersonSource } from './own-data/export/person-source.ts';
import { createRunExport, EXPORT_QUEUE } from './own-data/export/run-export.ts';
import type { PersonStores } from './own-data/person-stores.ts';
import type { PageRoutesDeps } from './page/routes.ts';
import { createExportedPhotos } from './photos/exported-photos.ts';
import { createForgetPhotos, FORGET_PHOTOS } from './photos/forget-photos.ts';
import { createProductDelivery } from './product/deliver-events.ts';
import { createMemoryProduct } from './product/memory-product.ts';
import { createMemoryEvidenceReader } from './profile/suggestions/memory-reader.ts';
import { createMemoryProgressReader } from './progress/memory-reader.ts';
import type { ProgressReader } from './progress/reader.ts';
import { createActLog } from './races/acts/act-log.ts';
import { createBoardSource } from './races/board-source.ts';
import { createSampleHistory } from './samples/history.ts';
import { createMemorySampleReader } from './samples/memory-reader.ts';
import { createVerifyToken } from './verify-token.ts';
import { COUNT_WORKOUT, createCountWorkout } from './workouts/counted.ts';
import { createEditDelivery, EDIT_WORKOUTS } from './workouts/edits/deliver-edits.ts';

export const NOW_MS = Date.UTC(2026, 5, 8, 12);
/** Hashes that are made in a millisecond. */
const CHEAP = { memoryCost: 64, timeCost: 1, parallelism: 1 };
const SHARDS = 4;
export const HOT_MS = 24 * 3_600_000;

/** Of the API, for devices that are paired. */
const deviceJwk = await generateDeviceSigningJwk();
const deviceKeys = await readKeySet({ keys: [publicJwkOf(deviceJwk)] });
const deviceKey = await readSigningKey(deviceJwk);

/** What each token of the tests means. */
const verdicts = new Map<string, TokenVerdict>(
  Object.entries({
    operator: { ok: true, caller: { kind: 'operator', name: 'olga' } },
    club: { ok: true, caller: { kind: 'organiser', organiser: 'club' } },
    rival: { ok: true, caller: { kind: 'organiser', organiser: 'rival' } },
    mat: { ok: true, caller: { kind: 'feed', organiser: 'club', tokenId: 'mat-1' } },
    'watch-1': { ok: true, caller: { kind: 'device', device: 'watch-1', athlete: 'ann' } },
    'ben-1': { ok: true, caller: { kind: 'device', device: 'ben-1', athlete: 'ben' } },
    expired: { ok: false, reason: 'expired_token' },
    revoked: { ok: false, reason: 'revoked_token' },
    unsure: { ok: false, reason: 'revocations_unknown' },
  }),
);

export interface TestRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly payload?: string | Buffer | object | undefined;
  readonly remoteAddress?: string | undefined;
}

interface TestApiOptions {
  readonly openLoopback?: boolean;
  readonly page?: PageRoutesDeps | null;
  /** In place of the twin. */
  readonly progress?: ProgressReader;
  /** False for an API that has no key to sign with. */
  readonly pairs?: boolean;
  /** False for an API that has no key for the secrets of second factors. */
  readonly seals?: boolean;
  /** Roles that open nothing without a second factor. */
  readonly secondFactorRoles?: readonly string[];
  /** In place of PGlite. */
  readonly database?: TestDatabase;
  /** When the clock begins; a browser drops cookies that are over by its own. */
  readonly startMs?: number;
}

/** The whole API over twins. */
export async function createTestApi(t: Pick<TestContext, 'after'>, options: TestApiOptions = {}) {
  const { openLoopback = false, page = null, progress, database: given, startMs = NOW_MS, pairs = true } = options;
  const { seals = true, secondFactorRoles = [] } = options;
  const { log, records } = createMemoryLog();
  const clock = createManualClock(startMs);
  const hot = createMemorySampleReader('questdb');
  const cold = createMemorySampleReader('clickhouse');
  const activities = createMemoryActivityReader();
  const athletes = createMemoryAthleteReader();
  const counted = createMemoryProgressReader();
  const product = createMemoryProduct();
  let readSettings = async (_athlete: string): Promise<AthleteSettings> => NO_SETTINGS;
  const hub = createMemoryBusHub(clock);
  const names = createNames();
  const health = createHealth();
  const bucket = (name: string) => createMemoryKvStore(clock, { bucket: name, ttlMs: 0, maxBytes: 0, replicas: 1 });
  const config = bucket(names.configBucket);
  const races = createRaces({ kv: config.open(), clock, logger: log });
  const facts = createMemoryLogStore(clock, {
    ...{ name: names.factsStream, subjects: [names.factsFilter], maxBytes: 0, duplicateWindowMs: 120_000 },
    ...{ metadata: {}, replicas: 1 },
  });
  const kept = bucket(names.boardsBucket);
  const boards = createBoardSource({ ...{ bus: hub.open(), names, clock, log }, kv: kept.open() });
  const revocationsBucket = bucket(names.revocationsBucket);
  const revocations = createRevocations({ kv: revocationsBucket.open(), clock, logger: log });
  const verify = createVerifyToken({ verify: createTokenVerifier({ keys: deviceKeys, clock }), revocations }, log);
  const seenDevices = createMemoryDeviceReader();
  const shownEvidence = createMemoryEvidenceReader();
  // The watch tells what is there in its first turn.
  await clock.advance(0);
  let readLedger = async () => ledger;
  const database = given ?? testDatabase;
  await database.empty();
  const mailer = createMailCatcher({ nowMs: clock.nowMs });
  const publicUrl = 'http://here.test';
  const asked: RecomputeAsk[] = [];
  const photoObjects = createMemoryObjects();
  const identity = await createIdentity({
    ...{ database: database.kysely, clock, log, config: config.open(), mailer, publicUrl, passwordCost: CHEAP },
    ...{ seal: seals ? createSeal(generateSealJwk(randomBytes)) : null, secondFactorRoles },
    deliver: {
      [COUNT_WORKOUT]: createCountWorkout(counted, (one) => askToLookAfter(database.kysely, one, clock.nowMs())),
      [REVOCATION]: createRevocationDelivery(revocationsBucket.open()),
      [FORGET_PHOTOS]: createForgetPhotos({ database: database.kysely, objects: photoObjects }),
      [EDIT_WORKOUTS]: createEditDelivery({
        ...{ database: database.kysely, config: config.open() },
        askRecompute: async (ask) => void asked.push(ask),
      }),
      ...createProductDelivery(database.kysely, product),
    },
  });
  const news = createNewsService({
    ...{ database: database.kysely, clock, log, mailer, publicUrl, facts: facts.open(), bus: hub.open(), names },
    ...{ outside: createPostOutside({ allowLoopback: true }), random: () => 0 },
  });
  const telling = { notifications: news.notifications, onChanged: news.watching.tell };
  const [rates, objects, jobs] = [{ factor: 1_000 }, createMemoryObjects(), createMemoryQueue()];
  const stores: PersonStores = { devicesOf: async () => [], mark: async () => ({}), remove: async () => ({}) };
  const noted: NotedDeletion[] = [];
  const deletion = createDeletion({
    ...{ database: database.kysely, clock, log, stores, accounts: identity.accounts, sessions: identity.sessions },
    ...{ wakeLetters: identity.outbox.wake, forgetGuesses: identity.attempts.clear, objects },
    note: async (one) => void noted.push(one),
  });
  const reaching = createReaching({
    ...{ database: database.kysely, clock, log, activities, progress: progress ?? counted },
    ...telling,
  });
  const operationsRead = createMemoryOperationsRead();
  const live = createLiveSource({
    ...{ bus: hub.open(), names, shards: SHARDS, timeoutMs: 1_000 },
    ...{ watcher: 'api', everyMs: 100 },
  });
  const devices = createWatchDevices({
    ...{ database: database.kysely, clock, log, names, live, seen: seenDevices },
    deadLetterCounts: () => operationsRead.deadLetters(),
    ...telling,
  });
  let importFile: ImportFile = async () => assert.fail('the test says nothing of how files are imported');
  const importing = { database: database.kysely, clock, importFile: ((ask) => importFile(ask)) as ImportFile };
  jobs.work(IMPORT_QUEUE, createRunImport({ ...importing, objects, ...telling }));
  jobs.work(HEALTH_QUEUE, createSendPushed(importing));
  const history = createSampleHistory({ hot, cold, clock, hotMs: HOT_MS });
  const own = { database: database.kysely, clock, log, objects };
  const photos = createExportedPhotos({ ...own, objects: photoObjects });
  const filesOf = createPersonSource({ ...own, samples: createMemorySamples(), activities, history, races, photos });
  jobs.work(EXPORT_QUEUE, createRunExport({ ...own, filesOf, ...telling }));
  const exports = createExports({ ...own, jobs, accounts: identity.accounts, wakeLetters: identity.outbox.wake });
  const api = await createApi({
    log,
    version: '0.0.0',
    health,
    metrics: createMetrics('api', { runtimeMetrics: false }),
    access: createAccess({
      verify: verifyBoth(identity, async (token) => verdicts.get(token) ?? verify(token)),
      cookies: identity.cookies,
      openLoopback,
    }),
    identity,
    news,
    deletion,
    exports,
    jobs,
    objects,
    photoObjects,
    importsFiles: true,
    rates,
    clock,
    history,
    activities,
    races,
    boards,
    config: config.open(),
    facts: facts.open(),
    names,
    bus: hub.open(),
    acts: createActLog({ facts: facts.open(), names }),
    athletes,
    progress: progress ?? counted,
    evidence: shownEvidence,
    ownDevices: {
      sign: pairs ? createSignDevice(deviceKey, clock) : null,
      seen: seenDevices,
      deadLetterCounts: () => operationsRead.deadLetters(),
    },
    product,
    readSettings: (athlete) => readSettings(athlete),
    live,
    page,
    maxWatchers: 3,
    readLedger: () => readLedger(),
    readTurnedAway: async () => turnedAway,
    countDeadLetters: async () => 0,
    readOperations: createOperations({ read: operationsRead, names, clock, log }),
  });
  closeAfter(t, async () => {
    await api.close();
    await news.stop();
    await deletion.outbox.stop();
    await reaching.outbox.stop();
    await identity.outbox.stop();
    revocations.stop();
  });

  /** `token` becomes the bearer token. */
  async function ask({ headers: said, ...request }: TestRequest, token?: string) {
    const headers = { ...said, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
    const { statusCode, headers: answered, payload } = await api.inject({ ...request, headers });
    const isJson = String(answered['content-type']).includes('json');
    return { status: statusCode, headers: answered, body: isJson ? JSON.parse(payload) : payload };
  }

  const get = (url: string, token?: string, remoteAddress?: string) =>
    ask({ method: 'GET', url, remoteAddress }, token);

  return {
    ...{ api, ask, reaching, devices, noted },
    hot,
    races,
    boards,
    config: config.open(),
    facts: facts.open(),
    /** Another process's end of the bus. */
    bus: hub.open(),
    /** Holds the board of a race from now on: `view` says how it stands, `gaps` how far who is behind whom. */
    holdBoard(
      race: string,
      view: () => BoardView,
      gaps: Record<string, Record<string, number>> = {},
      ways: Record<string, AthleteWay> = {},
      findings: readonly ReviewEntry[] = [],
      preview: (question: PreviewQuestion) => PreviewState = () => ({ state: 'busy' }),
      pastView: (atMs: number) => BoardView = (atMs) => ({ ...view(), atMs }),
    ) {
      const end = hub.open();
      let number = 0;
      const encoded = ({ rows, ...head }: BoardView, ownNumber: number, full: boolean) => {
        const own = { epoch: 1, number: ownNumber, full, part: 0, parts: 1, removed: [] };
        return encodeBoardMessage({ ...head, ...own }, rows.map(boardRowText));
      };
      const messageOf = (full: boolean) => encoded(view(), number, full);
      const tell = (full: boolean) => {
        number++;
        end.publish(names.board(race), messageOf(full));
      };
      end.subscribe(names.askBoard(race), ({ data, respond }) => {
        const question = readBoardQuestion(data)!;
        if (question.ask === 'gaps')
          return void respond(encodeBoardAsk({ epoch: 1, gaps: gaps[question.bib] ?? null }));
        if (question.ask === 'past') return void respond(encoded(pastView(question.atMs), 0, true));
        if (question.ask === 'reviews') return void respond(encodeBoardAsk({ epoch: 1, findings, leftOut: 0 }));
        if (question.ask === 'preview') {
          return void respond(encodeBoardAsk({ epoch: 1, preview: preview(question) }));
        }
        if (question.ask === 'way') return void respond(encodeBoardAsk({ epoch: 1, way: ways[question.bib] ?? null }));
        if (question.ask === 'splits') {
          // Fewer than were asked for, as of a big race.
          const some = question.bibs.slice(0, 2).map((bib) => [bib, ways[bib]?.crossings ?? []] as const);
          return void respond(encodeSplits({ epoch: 1, splits: some }));
        }
        respond(encodeBoardAsk({ epoch: 1, number: number + 1 }));
        tell(true);
      });
      return {
        tell: () => tell(false),
        miss: () => void number++,
        keep: () => kept.open().put(keys.board(race, 0), messageOf(true)),
        stop: () => end.disconnect(),
      };
    },
    /** What each part says of itself, to be changed. */
    operationsRead,
    /** What processors were asked to find again. */
    asked,
    seenDevices,
    shownEvidence,
    cold,
    clock,
    database,
    identity,
    news,
    deletion,
    exports,
    /** What is stored of people outside of PostgreSQL, to be changed. */
    stores,
    mailer,
    objects,
    photoObjects,
    jobs,
    /** Imports files from now on. */
    setImporter(importer: ImportFile) {
      importFile = importer;
    },
    /** All limits of rates times this. */
    rates,
    health,
    records,
    get,
    activities,
    athletes,
    /** What was counted of people who agreed. */
    product,
    /** The twin that progress is summed from. */
    counted,
    /** Of every athlete. */
    setSettings(read: () => Promise<AthleteSettings>) {
      readSettings = read;
    },
    /** Holds the athlete's shard from now on: `answer` says what goes on. */
    hold(athlete: string, answer: () => { activity: ActivityRecord | null; epoch?: number; number?: number }) {
      const end = hub.open();
      end.subscribe(names.liveActivities(shardOf(athlete, SHARDS)), (message) => {
        message.respond(encodeLive({ epoch: 1, number: 1, versions: { gps: 1 }, ...answer() }));
      });
      return { stop: () => end.disconnect() };
    },
    failLedger(error: Error) {
      readLedger = () => Promise.reject(error);
    },
  };
}
