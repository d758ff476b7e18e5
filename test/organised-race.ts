import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApiProcess } from '../api/api-process.ts';
import { apiOptions } from '../api/options.ts';
import { startTestClickHouse } from '../processors/stores-for-tests.ts';
import { systemClock } from '../runtime/clock.ts';
import { createHealth } from '../runtime/health.ts';
import { readManifest } from '../runtime/holder/manifest.ts';
import { createSilentLog } from '../runtime/log.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { startTestNats } from '../runtime/nats/nats-for-tests.ts';
import { openPlatform, platformOptions } from '../runtime/nats/platform.ts';
import { readOptions } from '../runtime/options.ts';
import { createReleaseStack } from '../runtime/release.ts';
import { signToken, type TokenRole } from '../runtime/token.ts';
import { loadSigningKey } from '../runtime/token-keys.ts';
import { readProgressTick } from '../schemas/progress.ts';
import type { Course } from '../schemas/race.ts';
import { freePort, freePorts } from '../stack/ports.ts';
import { type ServiceSpec, startService } from '../stack/services.ts';
import { ensureTokenKeys } from '../stack/token-keys.ts';

const SHARDS = 2;
const FRAMES_MAX_BYTES = 64 * 1024 * 1024;
const HOUR_MS = 3_600_000;
const WAIT_MS = 30_000;

export interface Asked {
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly body?: object | string;
  readonly headers?: Record<string, string>;
}

/**
 * Everything that a race needs, with tokens for everybody: NATS, ingest, holders of shards and boards, and the API;
 * with `isStored` also what puts every sample into ClickHouse.
 */
export async function startOrganisedRaces({ isStored = false } = {}) {
  const log = createSilentLog();
  const release = createReleaseStack({ log });
  const dir = await mkdtemp(join(tmpdir(), 'slip-organiser-'));
  release.add('the folder', () => rm(dir, { recursive: true, force: true }));
  const [nats, store] = await Promise.all([startTestNats({ maxFileBytes: 4 * 2 ** 30 }), startTestClickHouse()]);
  release.add('NATS', () => nats.stop());
  release.add('ClickHouse', () => store.stop());
  const { privateFile, publicFile } = await ensureTokenKeys(dir);
  const key = await loadSigningKey(privateFile, '--key');
  const argv = [`--nats-urls=${nats.url}`, `--shards=${SHARDS}`, `--frames-max-bytes=${FRAMES_MAX_BYTES}`];
  const platform = await openPlatform(readOptions(platformOptions, { argv, env: {} }), {
    ...{ name: 'test', logger: log, release },
  });

  async function start(name: ServiceSpec['name'], option: string, own: ServiceSpec['options']) {
    const port = await freePort();
    const engine = await startService({
      ...{ name, dataDir: join(dir, String(port)), host: '127.0.0.1' },
      ports: [{ port, option: `--${name}-admin-port` }],
      options: { natsUrls: nats.url, shards: SHARDS, framesMaxBytes: FRAMES_MAX_BYTES, [option]: port, ...own },
    });
    release.add(name, () => engine.stop());
    return engine;
  }

  const sinks = isStored ? 'clickhouse' : 'none';
  const startHolder = () => start('processors', 'processorsAdminPort', { sinks, clickhouseUrl: store.url });
  const [mqttPort, websocketPort, apiPort] = await freePorts(3);
  const [holder] = await Promise.all([
    startHolder(),
    start('ingest', 'ingestAdminPort', { mqttPort, websocketPort, lanes: 1, tokenKeys: publicFile }),
  ]);
  const api = await createApiProcess({
    options: readOptions(apiOptions, {
      argv: [...argv, `--api-port=${apiPort}`, `--token-keys=${publicFile}`, `--clickhouse-url=${store.url}`],
      env: {},
    }),
    ...{ platform, health: createHealth(), metrics: createMetrics('api', { runtimeMetrics: false }) },
    ...{ clock: systemClock, log, release },
  });
  release.add('the API', () => api.stop());
  void api.run();

  return {
    mqttUrl: `mqtt://127.0.0.1:${mqttPort}`,
    /** The newest fix of each bib that holders of shards have told of, ms since the epoch. */
    followProgress(race: string): ReadonlyMap<string, number> {
      const seenMs = new Map<string, number>();
      platform.bus.subscribe(platform.names.progressFilter(race), ({ data }) => {
        for (const { bib, atMs } of readProgressTick(data)?.athletes ?? []) seenMs.set(bib, atMs);
      });
      return seenMs;
    },
    /** Kills the process that holds everything once what is known now is in its checkpoint, and starts another. */
    async replaceHolder(): Promise<void> {
      const kv = await platform.boardCheckpoints();
      const facts = await platform.facts();
      // Each slot keeps its own: the one of the race is among them, and has everything that was said of it.
      await untilEqual(null, async () => {
        const manifests = await Promise.all((await kv.keys('manifest.>')).map((key) => kv.get(key)));
        const seqs = manifests.map((entry) => (entry === null ? 0 : readManifest(entry.value).seq));
        return facts.nextSeq(platform.names.raceFactsFilter, Math.min(...seqs) + 1);
      });
      holder.kill('SIGKILL');
      await holder.exited;
      await startHolder();
    },
    stop: () => release.release(),
    tokenFor(role: TokenRole, subject: string): Promise<string> {
      const issuedMs = Date.now();
      const dates = { issuedMs, expiresMs: issuedMs + HOUR_MS };
      return signToken(key, { role, subject, athlete: '', tokenId: `${role}-${subject}`, importer: false, ...dates });
    },
    /** Asks the API with a token, or without one. */
    async ask(token: string | null, path: string, { method = 'GET', body, headers = {} }: Asked = {}) {
      const isText = typeof body === 'string';
      const response = await fetch(`http://127.0.0.1:${apiPort}${path}`, {
        method,
        headers: {
          ...(token !== null && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && !isText && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('json') ?? false;
      return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
    },
  };
}

/** Asks again until `seen` is what is expected; then says what it was instead. */
export async function untilEqual(expected: unknown, look: () => Promise<unknown>, waitMs = WAIT_MS): Promise<void> {
  const untilMs = Date.now() + waitMs;
  for (;;) {
    const seen = await look();
    if (JSON.stringify(seen) === JSON.stringify(expected)) return;
    if (Date.now() > untilMs) return assert.deepEqual(seen, expected);
    await systemClock.sleep(50);
  }
}

/** The way of a course as a file, without heights. */
export function gpxOf({ latitudeE7, longitudeE7 }: Course): string {
  const points = latitudeE7.map((lat, i) => `<trkpt lat="${lat / 1e7}" lon="${longitudeE7[i] / 1e7}"/>`);
  return `<?xml version="1.0"?><gpx version="1.1" creator="test"><trk><trkseg>${points.join('')}</trkseg></trk></gpx>`;
}
