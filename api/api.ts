import type { Bus } from '../runtime/bus.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Health } from '../runtime/health.ts';
import type { KeyValue } from '../runtime/kv/kv.ts';
import { type ListenAddress, listenError } from '../runtime/listen-error.ts';
import type { Logger } from '../runtime/log.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { ObjectStore } from '../runtime/objects/objects.ts';
import type { Races } from '../runtime/races.ts';
import type { Service } from '../runtime/service.ts';
import type { MessageLog } from '../runtime/stream/stream.ts';
import type { Names } from '../schemas/names.ts';
import { UPLOAD_LIMITS } from '../schemas/upload-limits.ts';
import type { Access } from './access.ts';
import { addAdministrationRoutes } from './accounts/administration-routes.ts';
import type { Identity } from './accounts/identity.ts';
import { addAccountRoutes } from './accounts/routes.ts';
import { addSecondFactorRoutes } from './accounts/second-factor/routes.ts';
import { addSessionRoutes } from './accounts/session-routes.ts';
import { createFileWriter } from './activities/export/file-writer.ts';
import { createLiveSocket, LIVE_ACTIVITIES_PATH, LIVE_NEWS_PATH, serveOn } from './activities/live-socket.ts';
import type { LiveSource } from './activities/live-source.ts';
import type { ActivityReader } from './activities/reader.ts';
import { addActivityRoutes } from './activities/routes.ts';
import { createWatching } from './activities/watching.ts';
import { addAdmission } from './admission.ts';
import type { AthleteReader } from './athletes/reader.ts';
import { type AthleteRoutesDeps, addAthleteRoutes } from './athletes/routes.ts';
import { addConsentRoutes } from './consents/routes.ts';
import type { SignDevice } from './devices/credentials.ts';
import { createDevices } from './devices/devices.ts';
import type { OwnDevicesDeps } from './devices/own-devices.ts';
import { addDeviceRoutes } from './devices/routes.ts';
import { createGoals } from './goals/goals.ts';
import { addGoalRoutes } from './goals/routes.ts';
import { addHealthRoutes } from './health/routes.ts';
import { createPushes } from './health-stores/pushes.ts';
import { addHealthStoreRoutes } from './health-stores/routes.ts';
import { createImports } from './imports/imports.ts';
import { addImportRoutes } from './imports/routes.ts';
import type { JobQueue } from './jobs/job-queue.ts';
import { addLedgerRoutes, type LedgerRoutesDeps } from './ledger/routes.ts';
import { addMailRoutes } from './mail/routes.ts';
import type { NewsService } from './notifications/news-service.ts';
import { addPushRoutes } from './notifications/push/routes.ts';
import { addNewsRoutes } from './notifications/routes.ts';
import { addWebhookRoutes } from './notifications/webhooks/routes.ts';
import { addOperationsRoutes, type OperationsRoutesDeps } from './operations/routes.ts';
import type { Deletion } from './own-data/deletion.ts';
import type { Exports } from './own-data/export/exports.ts';
import { addOwnExportRoutes } from './own-data/export/routes.ts';
import { addOwnDataRoutes } from './own-data/routes.ts';
import { addPageRoutes, type PageRoutesDeps } from './page/routes.ts';
import { createPhotos } from './photos/photos.ts';
import { createReencode } from './photos/reencode.ts';
import { addPhotoRoutes } from './photos/routes.ts';
import { createProductReports } from './product/reports.ts';
import { addProductRoutes } from './product/routes.ts';
import type { ProductStore } from './product/store.ts';
import { addProfileRoutes } from './profile/routes.ts';
import { createLeftSuggestions } from './profile/suggestions/left-suggestions.ts';
import type { EvidenceReader } from './profile/suggestions/reader.ts';
import { addSuggestionRoutes } from './profile/suggestions/routes.ts';
import type { ProgressReader } from './progress/reader.ts';
import { addProgressRoutes } from './progress/routes.ts';
import type { ActLog } from './races/acts/act-log.ts';
import { addRaceActRoutes } from './races/acts/routes.ts';
import { serveReads } from './races/acts/serve-reads.ts';
import { createTakeReads } from './races/acts/take-reads.ts';
import type { BoardSource } from './races/board-source.ts';
import { addPreviewRoutes } from './races/previews/routes.ts';
import { raceSocket } from './races/race-socket.ts';
import { createRaceWatching } from './races/race-watching.ts';
import { addResultRoutes } from './races/results/routes.ts';
import { addRaceReviewRoutes } from './races/reviews/routes.ts';
import { addRaceRoutes } from './races/routes.ts';
import { addRaceSetupRoutes } from './races/setup/routes.ts';
import { addRateLimits, type RateFactor } from './requests/rate-limits.ts';
import type { SampleHistory } from './samples/history.ts';
import { addSampleRoutes } from './samples/routes.ts';
import { type ApiServer, addDocumentRoute, createServer } from './server.ts';
import { addSharingRoutes } from './sharing/routes.ts';
import { createSharing } from './sharing/sharing.ts';
import { createWorkoutEdits } from './workouts/edits/edits.ts';
import { addWorkoutEditRoutes } from './workouts/edits/routes.ts';
import { addWorkoutRoutes } from './workouts/routes.ts';
import { createWorkouts } from './workouts/workouts.ts';

export interface ApiDeps {
  readonly log: Logger;
  readonly version: string;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly access: Access;
  /** Accounts, their sessions, and what they need. */
  readonly identity: Identity;
  /** Notifications of all channels. */
  readonly news: NewsService;
  /** Of all that is known of a person. */
  readonly deletion: Deletion;
  /** Of all that is kept of a person. */
  readonly exports: Exports;
  /** What takes longer than a request, kept with accounts. */
  readonly jobs: JobQueue;
  /** What people upload. */
  readonly objects: ObjectStore;
  readonly photoObjects: ObjectStore;
  /** Whether somebody imports files that are uploaded. */
  readonly importsFiles: boolean;
  readonly rates: RateFactor;
  readonly clock: Clock;
  readonly history: SampleHistory;
  readonly activities: ActivityReader;
  readonly athletes: AthleteReader;
  readonly progress: ProgressReader;
  /** Signs for devices that are paired, and tells how they are. */
  readonly ownDevices: Omit<OwnDevicesDeps, 'names'> & { readonly sign: SignDevice | null };
  readonly product: ProductStore;
  /** What athletes have shown, for suggestions. */
  readonly evidence: EvidenceReader;
  readonly readSettings: AthleteRoutesDeps['readSettings'];
  readonly live: LiveSource;
  readonly races: Races;
  readonly boards: BoardSource;
  /** The bucket CONFIG. */
  readonly config: KeyValue;
  /** The stream FACTS. */
  readonly facts: MessageLog;
  readonly names: Names;
  readonly bus: Bus;
  readonly acts: ActLog;
  /** Connections that watch live activities. */
  readonly maxWatchers: number;
  /** Null where no page is served. */
  readonly page: PageRoutesDeps | null;
  readonly readLedger: LedgerRoutesDeps['readLedger'];
  readonly readTurnedAway: LedgerRoutesDeps['readTurnedAway'];
  readonly countDeadLetters: LedgerRoutesDeps['countDeadLetters'];
  readonly readOperations: OperationsRoutesDeps['readOperations'];
}

/** From a question about a live activity that nobody answered to the next: its shard may be changing hands. */
const LIVE_RETRY_MS = 200;

/** The HTTP API with every route, not listening yet. */
export async function createApi(deps: ApiDeps): Promise<ApiServer> {
  const server = await createServer(deps);
  addAdmission(server, deps.access);
  await addRateLimits(server, deps.rates);
  addHealthRoutes(server, deps);
  addIdentityRoutes(server, deps);
  addNotificationRoutes(server, deps);
  addOwnDataRoutes(server, { ...deps, cookies: deps.identity.cookies });
  addOwnExportRoutes(server, deps);
  addLedgerRoutes(server, deps);
  addOperationsRoutes(server, deps);
  addSampleRoutes(server, deps);
  const writer = createFileWriter();
  addActivityRoutes(server, { ...deps, writer });
  const sharing = createSharing({ ...deps, database: deps.identity.database });
  addSharingRoutes(server, { access: deps.access, sharing, writer });
  addRaceRoutes(server, deps);
  addRaceSetupRoutes(server, deps);
  addPreviewRoutes(server, deps);
  addReads(server, deps);
  addRaceReviewRoutes(server, deps);
  addResultRoutes(server, deps);
  addAthleteRoutes(server, deps);
  addProgressRoutes(server, deps);
  addGoalRoutes(server, { ...deps, goals: createGoals({ ...deps, database: deps.identity.database }) });
  addProductRoutes(server, { ...deps, reports: createProductReports(deps.product) });
  addSuggestionRoutes(server, {
    ...{ ...deps, profiles: deps.identity.profiles },
    left: createLeftSuggestions({ database: deps.identity.database, clock: deps.clock }),
  });
  addDocumentRoute(server);
  if (deps.page !== null) addPageRoutes(server, deps.page, deps);
  addLiveActivities(server, deps);
  addLiveRaces(server, deps);
  await server.ready();
  return server;
}

/** Accounts, sessions and what people keep here, and the mail that was caught where none is sent. */
function addIdentityRoutes(server: ApiServer, { access, identity, ...given }: ApiDeps): void {
  const { live, clock, names, ownDevices, jobs, objects, photoObjects, importsFiles: isOpen } = given;
  const deps = { access, clock, ...identity };
  const { database, outbox, attempts } = identity;
  const { sign, ...reading } = ownDevices;
  const devices = createDevices({ database, clock, attempts, sign, wakeOutbox: outbox.wake });
  addWorkoutRoutes(server, { access, workouts: createWorkouts({ database, live, clock, wakeOutbox: outbox.wake }) });
  addWorkoutEditRoutes(server, { access, edits: createWorkoutEdits({ database, clock, wakeOutbox: outbox.wake }) });
  const photos = createPhotos({
    ...{ database, objects: photoObjects, clock, reencode: createReencode(), wakeOutbox: outbox.wake },
  });
  addPhotoRoutes(server, { access, photos });
  const imports = createImports({ database, objects, jobs, clock });
  addImportRoutes(server, { access, imports, limits: UPLOAD_LIMITS, isOpen });
  const pushes = createPushes({ database, jobs, clock, wakeOutbox: outbox.wake });
  addHealthStoreRoutes(server, { access, pushes, database });
  addAccountRoutes(server, deps);
  addSessionRoutes(server, deps);
  addSecondFactorRoutes(server, deps);
  addAdministrationRoutes(server, deps);
  addConsentRoutes(server, deps);
  addProfileRoutes(server, deps);
  addDeviceRoutes(server, { access, devices, clock, names, ...reading });
  if (identity.catcher !== null) addMailRoutes(server, { access, catcher: identity.catcher });
}

/** Notifications, what is sent of them, and those who watch for them on the server's own port, until it closes. */
function addNotificationRoutes(server: ApiServer, { access, news, clock, log, maxWatchers }: ApiDeps): void {
  addNewsRoutes(server, { access, news });
  addPushRoutes(server, { access, subscriptions: news.subscriptions });
  addWebhookRoutes(server, { access, webhooks: news.webhooks });
  const sockets = createLiveSocket({
    ...{ path: LIVE_NEWS_PATH, watching: news.watching, clock, log, maxWatchers, serve: serveOn(server.server, log) },
    admit: async (request) => (await access.requireAccount(request)).account,
  });
  server.addHook('preClose', () => sockets.close());
}

/** Watches what goes on, for WebSocket clients on the server's own port, until it closes. */
function addLiveActivities(server: ApiServer, { live, access, clock, log, maxWatchers }: ApiDeps): void {
  const watching = createWatching({
    live,
    clock,
    retryMs: LIVE_RETRY_MS,
    onFailed: (err) => log.error({ err }, 'what goes on could not be asked; it is tried again'),
  });
  const sockets = createLiveSocket({
    ...{ path: LIVE_ACTIVITIES_PATH, watching, clock, log, maxWatchers, serve: serveOn(server.server, log) },
    admit: access.requireAthlete,
  });
  server.addHook('preClose', async () => {
    watching.stop();
    await sockets.close();
  });
}

/** Acts, and what timing systems read, whichever way it comes, until the server closes. */
function addReads(server: ApiServer, deps: ApiDeps): void {
  const takeReads = createTakeReads(deps);
  addRaceActRoutes(server, { ...deps, takeReads });
  const serving = serveReads({ ...deps, takeReads });
  server.addHook('preClose', async () => serving.stop());
}

/** The boards of races, for WebSocket clients on the server's own port, until it closes. */
function addLiveRaces(server: ApiServer, { races, boards, clock, log, maxWatchers }: ApiDeps): void {
  const watching = createRaceWatching({ boards, races, clock });
  const sockets = serveOn(server.server, log)(raceSocket({ races, watching, clock, maxWatchers }));
  server.addHook('preClose', async () => {
    await sockets.close();
    boards.stop();
  });
}

/**
 * The API as a service. Draining answers what has come in and takes no new connection; stopping closes what is left.
 * `run` throws StartError when the address cannot be listened on.
 */
export function createApiService(server: ApiServer, address: ListenAddress, log: Logger): Service {
  const ended = Promise.withResolvers<unknown>();
  let closing: Promise<void> | undefined;
  const close = () => {
    if (closing === undefined) {
      closing = server.close().then(() => undefined);
      // Whoever drains hears of a failure; for the run it is an end like any other.
      void closing.then(ended.resolve, ended.resolve);
    }
    return closing;
  };
  return {
    name: 'api',
    async run() {
      try {
        await server.listen(address);
      } catch (err) {
        throw listenError(err, address, '--api-port');
      }
      log.info({ addresses: server.addresses() }, 'listening');
      await ended.promise;
    },
    drain: close,
    async stop() {
      const closed = close();
      server.server.closeAllConnections();
      await closed;
    },
  };
}
