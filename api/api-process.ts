import { randomBytes } from 'node:crypto';
import { readAthleteSettings } from '../runtime/athlete-settings.ts';
import type { Clock } from '../runtime/clock.ts';
import { createDeletionLog } from '../runtime/deletion-log.ts';
import type { Health } from '../runtime/health.ts';
import type { KeyValue } from '../runtime/kv/kv.ts';
import { readAccepted, readAccount, readLedger } from '../runtime/ledger.ts';
import { type Logger, withoutCredentials } from '../runtime/log.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Platform } from '../runtime/nats/platform.ts';
import type { ObjectStore } from '../runtime/objects/objects.ts';
import { openObjects } from '../runtime/objects/open-objects.ts';
import type { Options } from '../runtime/options.ts';
import { createRaces } from '../runtime/races.ts';
import type { ReleaseStack } from '../runtime/release.ts';
import { loadSeal } from '../runtime/seal.ts';
import { joinServices, type Service, StartError } from '../runtime/service.ts';
import type { MessageLog } from '../runtime/stream/stream.ts';
import { openTokenChecks } from '../runtime/token-checks.ts';
import { loadSigningKey } from '../runtime/token-keys.ts';
import { readTurnedAway } from '../runtime/turned-away.ts';
import { createAccess, isLoopback, type TokenVerdict } from './access.ts';
import { createIdentity, type Identity, verifyBoth } from './accounts/identity.ts';
import { createClickHouseActivityReader } from './activities/clickhouse.ts';
import { createLiveSource } from './activities/live-source.ts';
import { createApi, createApiService } from './api.ts';
import { createClickHouseAthleteReader } from './athletes/clickhouse.ts';
import { openDatabase, ping } from './database/database.ts';
import { serveCopies } from './database/serve-copies.ts';
import { createClickHouseDeviceReader } from './devices/clickhouse.ts';
import { createRevocationDelivery, createSignDevice, REVOCATION, type SignDevice } from './devices/credentials.ts';
import { createWatchDevices } from './devices/trouble/watch-devices.ts';
import { askToLookAfter } from './goals/ask-to-look.ts';
import { createReaching } from './goals/reaching.ts';
import { openImports } from './imports/open-imports.ts';
import type { JobDatabase } from './jobs/job-database.ts';
import type { JobQueue } from './jobs/job-queue.ts';
import { createLedgerStores } from './ledger/stores.ts';
import { createMailCatcher } from './mail/caught.ts';
import { createSmtpMailer } from './mail/smtp.ts';
import { createNewsService } from './notifications/news-service.ts';
import { readConnections } from './operations/connections.ts';
import { askClickHouse, askNats, askQuestDb } from './operations/engine-answers.ts';
import { createOperations } from './operations/operations.ts';
import type { apiOptions } from './options.ts';
import { createPostOutside } from './outside/post-outside.ts';
import { deleteAgain } from './own-data/delete-again.ts';
import { createDeletion } from './own-data/deletion.ts';
import { createClickHouseSamples } from './own-data/export/clickhouse-samples.ts';
import { createExports } from './own-data/export/exports.ts';
import { createPersonSource } from './own-data/export/person-source.ts';
import { createRunExport, EXPORT_QUEUE } from './own-data/export/run-export.ts';
import { createPersonStores } from './own-data/person-stores.ts';
import { readPageFiles } from './page/page-files.ts';
import type { PageRoutesDeps } from './page/routes.ts';
import { createExportedPhotos } from './photos/exported-photos.ts';
import { createForgetPhotos, FORGET_PHOTOS } from './photos/forget-photos.ts';
import { createClickHouseProduct } from './product/clickhouse-product.ts';
import { createProductDelivery } from './product/deliver-events.ts';
import { createClickHouseEvidenceReader } from './profile/suggestions/clickhouse.ts';
import { createClickHouseProgressReader } from './progress/clickhouse.ts';
import { createClickHouseStatedWorkouts } from './progress/clickhouse-stated.ts';
import { createActLog } from './races/acts/act-log.ts';
import { createBoardSource } from './races/board-source.ts';
import { createWatchService } from './races/watch-service.ts';
import { createClickHouseReader } from './samples/clickhouse.ts';
import { createSampleHistory } from './samples/history.ts';
import { createQuestDbReader } from './samples/questdb.ts';
import { type ClickHouseQueries, createClickHouseQueries } from './stores/clickhouse-client.ts';
import { createQuestDbClient } from './stores/questdb-client.ts';
import { createVerifyToken } from './verify-token.ts';
import { parseDisks, readDisks } from './watch/disks.ts';
import { readClickHouseState, readWalTables } from './watch/engines.ts';
import { readNatsServer } from './watch/nats-monitor.ts';
import { createWatch } from './watch/watch.ts';
import { COUNT_WORKOUT, createCountWorkout } from './workouts/counted.ts';
import { createAskRecompute } from './workouts/edits/ask-recompute.ts';
import { createEditDelivery, EDIT_WORKOUTS } from './workouts/edits/deliver-edits.ts';
import { createWorkoutProjector } from './workouts/projector.ts';

const HOUR_MS = 3_600_000;
/** A holder answers within milliseconds, or is gone. */
const LIVE_TIMEOUT_MS = 1_000;
const API_VERSION = '1.0.0';

export interface ApiProcessDeps {
  readonly options: Options<typeof apiOptions>;
  readonly platform: Pick<
    Platform,
    | 'link'
    | 'bus'
    | 'names'
    | 'config'
    | 'facts'
    | 'frames'
    | 'boards'
    | 'ledger'
    | 'dead'
    | 'revocations'
    | 'streamSizes'
    | 'jetStreamVersion'
    | 'consumerLags'
    | 'deadLetterCounts'
    | 'offsets'
    | 'purgeFacts'
    | 'purgeDead'
    | 'uploads'
    | 'photos'
  >;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Logger;
  readonly release: ReleaseStack;
}

/** The API over the real stores. It starts while a store is away, and is then not ready. Throws StartError. */
export async function createApiProcess(deps: ApiProcessDeps): Promise<Service> {
  const { options, platform, health, clock, log, release } = deps;
  const { host, readTimeoutMs: timeoutMs, maxStoreConnections: maxConnections } = options;
  const verify = await createVerify(deps);
  const questdb = createQuestDbClient({ url: options.questdbUrl, timeoutMs });
  const clickhouse = createClickHouseQueries({ url: options.clickhouseUrl, timeoutMs, maxConnections });
  release.add("ClickHouse's client", () => clickhouse.close());
  const facts = await platform.facts();
  const config = await platform.config();
  const stored = openObjects(options, platform, timeoutMs);
  const { objects, photoObjects } = stored;
  const { identity, opened, isOpen } = await openIdentity(deps, { clickhouse, facts, config, photoObjects });
  // One that nobody has opened yet has nobody in it.
  if (isOpen()) await deleteAgain({ database: identity.database, config, clock, log });
  const hot = createQuestDbReader(questdb);
  const cold = createClickHouseReader({ client: clickhouse, usesRollUps: options.useRollUps });
  const history = createSampleHistory({ hot, cold, clock, hotMs: options.hotHours * HOUR_MS });
  const activities = createClickHouseActivityReader(clickhouse);
  const races = createRaces({ kv: config, clock, logger: log });
  release.add('the watch of races', async () => races.stop());
  const { publicUrl, mailer } = identity;
  const outside = createPostOutside({ allowLoopback: options.webhooksToLoopback });
  const news = createNewsService({
    ...platform,
    database: identity.database,
    clock,
    log,
    mailer,
    outside,
    publicUrl,
    facts,
  });
  // Accounts are closed after what works for them.
  release.add('notifications', news.stop);
  const telling = { notifications: news.notifications, onChanged: news.watching.tell };
  const { database } = identity;
  const samples = createClickHouseSamples(clickhouse);
  const photos = createExportedPhotos({ database, objects: photoObjects });
  const filesOf = createPersonSource({ database, samples, activities, history, races, photos });
  const addWork = (jobs: JobQueue) => {
    jobs.work(EXPORT_QUEUE, createRunExport({ database, objects, clock, log, filesOf, ...telling }));
  };
  const imports = openImports({ ...deps, objects, database, opened, telling, addWork });
  const exports = createExports({
    ...{ database, objects, ...imports, clock, log, accounts: identity.accounts },
    wakeLetters: identity.outbox.wake,
  });
  release.add('exports', exports.stop);
  health.register('nats', () => ({ ok: platform.link.isConnected() }));
  for (const reader of [hot, cold]) {
    health.register(reader.store, async () => {
      await reader.ping();
      return { ok: true };
    });
  }
  log.info(
    {
      questdb: withoutCredentials(options.questdbUrl),
      clickhouse: withoutCredentials(options.clickhouseUrl),
      hotHours: options.hotHours,
    },
    'reading samples from both stores',
  );

  const kv = await platform.ledger();
  const dead = await platform.dead();
  const stores = createLedgerStores(questdb, clickhouse);
  const folders = parseDisks(options.disks);
  const watch = createWatch({
    ...deps,
    read: {
      streams: platform.streamSizes,
      natsServers: () => Promise.all(options.natsMonitorUrls.map((url) => readNatsServer(url, timeoutMs))),
      questdb: () => readWalTables(questdb),
      clickhouse: () => readClickHouseState(clickhouse),
      disks: () => readDisks(folders),
      ledger: () => readLedger({ kv, stores }),
    },
    everyMs: options.watchIntervalMs,
    ledgerEveryMs: options.ledgerIntervalMs,
  });
  release.add('the watch on the engines', async () => watch.stop());
  const [hotStore, coldStore] = stores;
  const { natsMonitorUrls, ingestMetricsUrls } = options;
  const readOperations = createOperations({
    ...{ names: platform.names, clock, log },
    read: {
      engine: {
        nats: () => askNats({ version: platform.jetStreamVersion, natsMonitorUrls, timeoutMs }),
        questdb: () => askQuestDb(questdb),
        clickhouse: () => askClickHouse(clickhouse),
      },
      consumers: () => platform.consumerLags(clock.nowMs),
      accepted: () => readAccepted(kv),
      account: { questdb: () => readAccount(kv, hotStore), clickhouse: () => readAccount(kv, coldStore) },
      turnedAway: () => readTurnedAway(kv),
      deadLetters: platform.deadLetterCounts,
      connections: () => readConnections({ ingestMetricsUrls, natsMonitorUrls, timeoutMs }),
    },
  });
  health.register('races', () => (races.isReady ? { ok: true } : { ok: false, detail: 'the races are not known' }));
  const deletion = createDeletion({
    ...{ database: identity.database, clock, log, accounts: identity.accounts, sessions: identity.sessions },
    ...{ wakeLetters: identity.outbox.wake, forgetGuesses: identity.attempts.clear },
    objects,
    note: createDeletionLog(options.deletionsDir, clock),
    stores: createPersonStores({
      ...{ ...platform, clickhouse, questdb, config },
      ...{ offsets: await platform.offsets(), revocations: await platform.revocations() },
    }),
  });
  release.add('deletions', deletion.outbox.stop);
  const progress = createClickHouseProgressReader(clickhouse);
  const reaching = createReaching({
    ...{ database: identity.database, clock, log, progress, activities },
    ...telling,
  });
  release.add('goals', reaching.outbox.stop);
  const live = createLiveSource({
    ...platform,
    shards: options.shards,
    timeoutMs: LIVE_TIMEOUT_MS,
    watcher: `api-${randomBytes(8).toString('hex')}`,
    everyMs: options.liveIntervalMs,
  });
  const seen = createClickHouseDeviceReader(clickhouse);
  const devices = createWatchDevices({
    ...{ ...platform, database: identity.database, clock, log, live, seen },
    ...telling,
  });
  release.add('the watch of devices', devices.stop);
  void opened.then(() => {
    for (const one of [news, deletion.outbox, exports, reaching.outbox, devices]) one.start();
  });
  const boards = createBoardSource({ ...platform, kv: await platform.boards(), clock, log });
  const api = await createApi({
    ...deps,
    version: API_VERSION,
    access: createAccess({
      verify: verifyBoth(identity, verify),
      cookies: identity.cookies,
      openLoopback: options.openLoopback,
    }),
    identity,
    news,
    deletion,
    exports,
    ...imports,
    ...stored,
    rates: { factor: 1 },
    history,
    activities,
    races,
    boards,
    config,
    facts,
    names: platform.names,
    bus: platform.bus,
    acts: createActLog({ facts, names: platform.names }),
    athletes: createClickHouseAthleteReader(clickhouse),
    progress,
    evidence: createClickHouseEvidenceReader(clickhouse),
    ownDevices: {
      sign: await openSignDevice(options.deviceKey, clock),
      seen,
      deadLetterCounts: platform.deadLetterCounts,
    },
    product: createClickHouseProduct(clickhouse),
    readSettings: (athlete) => readAthleteSettings(config, athlete),
    page: await readPage(options),
    maxWatchers: options.maxWatchers,
    live,
    readLedger: () => readLedger({ kv, stores }),
    readTurnedAway: () => readTurnedAway(kv),
    countDeadLetters: async () => (await dead.info()).messages,
    readOperations,
  });
  const service = createApiService(api, { host, port: options.apiPort }, log);
  const { watchPort, maxWatchers } = options;
  if (watchPort === undefined) return service;
  const address = { host, port: watchPort };
  return joinServices('api', [service, await createWatchService({ races, boards, clock, log, maxWatchers, address })]);
}

interface OpenedIdentity {
  readonly identity: Identity;
  /** Resolves once there is a database, which for PGlite is when somebody first asks for something. */
  readonly opened: Promise<JobDatabase>;
  isOpen(): boolean;
}

/** Accounts, on the PostgreSQL that is named or on PGlite. Throws StartError. */
async function openIdentity(
  { options, platform, health, clock, log, release }: ApiProcessDeps,
  given: { clickhouse: ClickHouseQueries; facts: MessageLog; config: KeyValue; photoObjects: ObjectStore },
): Promise<OpenedIdentity> {
  const { clickhouse, facts, config, photoObjects } = given;
  const { postgresUrl: url, pgliteDir: dir, smtpUrl, mailFrom: from, readTimeoutMs: timeoutMs } = options;
  const { maxStoreConnections: maxConnections, shards } = options;
  const publicUrl = options.publicUrl.replace(/\/$/, '') || `http://${options.host}:${options.apiPort}`;
  const opened = Promise.withResolvers<JobDatabase>();
  let isOpen = false;
  let copy: (() => Promise<string>) | null = null;
  const onOpen = (jobs: JobDatabase, made: typeof copy) => {
    isOpen = true;
    copy = made;
    opened.resolve(jobs);
  };
  if (url === '' && dir !== '') {
    const copies = serveCopies({ ...platform, log, copy: async () => copy?.() ?? null });
    release.add('copies of accounts', () => copies.stop());
  }
  const database = await openDatabase({ ...{ url, dir, maxConnections, timeoutMs, clock, log }, onOpen });
  const mailer =
    smtpUrl === '' ? createMailCatcher({ nowMs: clock.nowMs }) : createSmtpMailer({ url: smtpUrl, from, timeoutMs });
  if (smtpUrl === '') log.warn('no mail is sent: it is caught, for operators to read at /v1/operations/mail');
  const deliver = {
    [COUNT_WORKOUT]: createCountWorkout(createClickHouseStatedWorkouts(clickhouse), (workout) =>
      askToLookAfter(database, workout, clock.nowMs()),
    ),
    [REVOCATION]: createRevocationDelivery(await platform.revocations()),
    [FORGET_PHOTOS]: createForgetPhotos({ database, objects: photoObjects }),
    [EDIT_WORKOUTS]: createEditDelivery({ database, config, askRecompute: createAskRecompute(platform, shards) }),
    ...createProductDelivery(database, createClickHouseProduct(clickhouse)),
  };
  const { secondFactorKey, secondFactorRoles } = options;
  const seal = secondFactorKey === undefined ? null : await loadSeal(secondFactorKey, '--second-factor-key');
  const identity = await createIdentity({
    ...{ database, clock, log, config, mailer, publicUrl, deliver, seal, secondFactorRoles },
  });
  release.add('accounts', identity.stop);
  const projector = createWorkoutProjector({ database, facts, names: platform.names, clock, log });
  release.add('histories', projector.stop);
  void opened.promise.then(() => {
    identity.start();
    projector.start();
  });
  if (url !== '') {
    health.register('postgresql', async () => {
      await ping(database);
      return { ok: true };
    });
  }
  return { identity, opened: opened.promise, isOpen: () => isOpen };
}

/** Null without a key. Throws StartError for a file that holds none. */
async function openSignDevice(keyFile: string | undefined, clock: Clock): Promise<SignDevice | null> {
  return keyFile === undefined ? null : createSignDevice(await loadSigningKey(keyFile, '--device-key'), clock);
}

/** Throws StartError when the folder holds no page. */
async function readPage({ pageDir, mapStyleUrl }: ApiProcessDeps['options']): Promise<PageRoutesDeps | null> {
  if (pageDir === '') return null;
  try {
    return { files: await readPageFiles(pageDir, mapStyleUrl), mapStyleUrl };
  } catch (err) {
    throw new StartError(`--page-dir ${pageDir} holds no built page: ${(err as Error).message}`);
  }
}

/** Whoever starts the process has to say how callers are told apart. */
async function createVerify(deps: ApiProcessDeps): Promise<(token: string) => Promise<TokenVerdict>> {
  const { options, platform, health, metrics, clock, log, release } = deps;
  const { tokenKeys, openLoopback, host } = options;
  if (tokenKeys === undefined && !openLoopback) {
    throw new StartError(
      'who may read? Name the public keys that tokens are checked with, --token-keys FILE (`npm run token -- ' +
        '--operator <name>` makes keys and a token), or answer everybody on this machine with --open-loopback',
    );
  }
  if (openLoopback) log.warn('NO TOKEN IS ASKED FOR from this machine: everybody on it is an operator.');
  if (tokenKeys === undefined) {
    if (!isLoopback(host)) log.warn({ host }, 'callers from elsewhere are refused');
    // Without keys no token is one of ours.
    return async () => ({ ok: false, reason: 'bad_token' });
  }
  const kv = await platform.revocations();
  const checks = await openTokenChecks({ keyFile: tokenKeys, kv, health, metrics, clock, logger: log });
  release.add('the watch of revocations', () => checks.revocations.stop());
  return createVerifyToken(checks, log);
}
