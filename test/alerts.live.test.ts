import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { connectAsync, type MqttClient } from 'mqtt';
import { createTokenSource } from '../device-sim/token.ts';
import type { KeyPair } from '../runtime/certificate.ts';
import { makeCertificate } from '../runtime/certificate-for-tests.ts';
import { systemClock } from '../runtime/clock.ts';
import { createSilentLog } from '../runtime/log.ts';
import { readOptions } from '../runtime/options.ts';
import { createReleaseStack } from '../runtime/release.ts';
import { encodeFrame } from '../schemas/frame/encode.ts';
import { topics } from '../schemas/names.ts';
import { stackOptions } from '../stack/options.ts';
import { freePorts } from '../stack/ports.ts';
import { startStack } from '../stack/stack.ts';
import type { StackUrls } from '../stack/stack-urls.ts';
import { ensureTokenKeys } from '../stack/token-keys.ts';
import { startPrometheus, type TestPrometheus } from './alerts/prometheus.ts';
import { metricsOf, PROMETHEUS, readBoardQueries, readRules } from './alerts/rules.ts';

const DAY_MS = 86_400_000;
const TIMEOUT_MS = 90_000;
const DEVICE = 'watch-1';
const skip = existsSync(PROMETHEUS) ? false : "Debian's prometheus is not there: node stack/setup.js --with-test-tools";

const dir = mkdtempSync(join(tmpdir(), 'slip-alerts-live-'));
const [tlsCert, tlsKey] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
const release = createReleaseStack({ log: createSilentLog(), timeoutMs: 30_000 });
const pids = new Map<string, number>();
let urls: StackUrls;
let prometheus: TestPrometheus;
let device: MqttClient;
let frames = 0;

function writeCertificate({ cert, key }: KeyPair): void {
  writeFileSync(tlsCert, cert);
  writeFileSync(tlsKey, key);
}

before(async () => {
  if (skip) return;
  release.add('the folder', () => rmSync(dir, { recursive: true, force: true, maxRetries: 10 }));
  writeCertificate(makeCertificate({ notAfterMs: Date.now() + 90 * DAY_MS }));
  const [mqttPort, websocketPort, natsPort, questdbPort, questdbPgPort, clickhousePort, ...rest] = await freePorts(10);
  const [ingestAdminPort, processorsAdminPort, apiPort, prometheusPort] = rest;
  const ports = { mqttPort, websocketPort, natsPort, questdbPort, questdbPgPort, clickhousePort, ingestAdminPort };
  const defaults = readOptions(stackOptions, { argv: [], env: {} });
  const tokenKeys = await ensureTokenKeys(dir);
  // Else nobody may suspend a table by hand.
  process.env.QDB_DEV_MODE_ENABLED = 'true';
  urls = await startStack({
    options: { ...defaults, ...ports, processorsAdminPort, apiPort, dataDir: join(dir, 'data') },
    tokenKeys,
    release,
    onStarted: (name, _tookMs, pid) => pids.set(name, pid),
    // Some are killed below.
    onLost: () => undefined,
    onTrouble: () => undefined,
    serviceOptions: { api: { watchIntervalMs: 1_000, ledgerIntervalMs: 1_000 }, ingest: { tlsCert, tlsKey } },
  });
  const targets = [urls.ingestAdmin, urls.processorsAdmin, urls.api].map((url) => new URL(url).host);
  prometheus = await startPrometheus(join(dir, 'prometheus'), prometheusPort, targets);
  release.add('Prometheus', () => prometheus.stop());
  const tokenFor = await createTokenSource(tokenKeys.privateFile, systemClock);
  const password = (await tokenFor(DEVICE)) ?? undefined;
  const login = { username: DEVICE, password, protocolVersion: 5, clientId: DEVICE } as const;
  // The certificate is renewed with another key below.
  device = await connectAsync(`mqtts://127.0.0.1:${mqttPort}`, { ...login, rejectUnauthorized: false });
  release.add('the device', () => device.end(true));
});

after(async () => {
  assert.deepEqual(await release.release(), []);
});

async function publish(payload: Uint8Array): Promise<void> {
  await device.publishAsync(topics.frames(DEVICE), Buffer.from(payload), { qos: 1 });
}

function nextFrame(): Uint8Array {
  const [boot, seq] = ['9f86d081884c7d65', ++frames];
  const timesMs = [Date.now() - 60_000 + seq];
  return encodeFrame({ device: DEVICE, boot, seq, source: 'hr', timesMs, columns: { heart_rate: [150] } });
}

/** Waits until all of these fire, doing `meanwhile` before each look. */
async function untilFiring(names: readonly string[], meanwhile: () => Promise<void> = async () => undefined) {
  const untilMs = Date.now() + TIMEOUT_MS;
  for (;;) {
    await meanwhile();
    const firing = await prometheus.firing();
    const missing = names.filter((name) => !firing.has(name));
    if (missing.length === 0) return;
    if (Date.now() > untilMs) assert.fail(`${missing} never fired; these did: ${[...firing]}`);
    await delay(500);
  }
}

async function askQuestDb(sql: string): Promise<void> {
  const response = await fetch(`${urls.questdb}/exec?query=${encodeURIComponent(sql)}`);
  assert.equal(response.status, 200, `${sql}: ${await response.text()}`);
}

test('while all is well no alert fires, and every rule and every query of the board finds its metrics', {
  skip,
}, async () => {
  await publish(nextFrame());
  const targets = 3;
  const untilMs = Date.now() + TIMEOUT_MS;
  for (let calmLooks = 0; calmLooks < 5; await delay(1_000)) {
    const up = await prometheus.get<{ result: unknown[] }>('query', { query: 'up == 1' });
    const firing = await prometheus.firing();
    const isCalm = up.result.length === targets && firing.size === 0;
    calmLooks = isCalm ? calmLooks + 1 : 0;
    assert.ok(Date.now() < untilMs, `${up.result.length} of ${targets} are up; ${[...firing]} fire`);
  }
  const { groups } = await prometheus.get<{ groups: { rules: { name: string; health: string }[] }[] }>('rules');
  const unwell = groups.flatMap(({ rules }) => rules).filter(({ health }) => health !== 'ok');
  assert.deepEqual(unwell, []);

  const pages = await Promise.all(
    [urls.ingestAdmin, urls.processorsAdmin, urls.api].map(async (url) => (await fetch(`${url}/metrics`)).text()),
  );
  const known = new Set(pages.flatMap((page) => [...page.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name)));
  const queries = [...readRules().map(({ expr }) => expr), ...readBoardQueries().map(({ expr }) => expr)];
  const unknown = queries.flatMap(metricsOf).filter((name) => !known.has(name));
  assert.deepEqual([...new Set(unknown)], [], 'metrics that no page has');
  for (const { expr } of readBoardQueries()) await prometheus.get('query', { query: expr });
});

test('what is looked at from outside has values for every engine', { skip }, async () => {
  const valuesOf = async (metric: string, label: string) => {
    const { result } = await prometheus.get<{ result: { metric: Record<string, string> }[] }>('query', {
      query: metric,
    });
    return result.map(({ metric: labels }) => labels[label]).sort();
  };
  assert.deepEqual(await valuesOf('slipstream_engine_up', 'engine'), ['clickhouse', 'nats', 'questdb']);
  assert.deepEqual(await valuesOf('slipstream_nats_healthy == 1', 'process'), ['api']);
  assert.deepEqual(await valuesOf('slipstream_ledger_balanced == 1', 'store'), ['clickhouse', 'questdb']);
  const disks = await valuesOf('slipstream_disk_free_bytes > 0', 'disk');
  assert.deepEqual(
    ['nats', 'questdb', 'clickhouse'].filter((engine) => !disks.some((disk) => disk.startsWith(engine))),
    [],
    `${disks}`,
  );
  const tables = await valuesOf('slipstream_questdb_wal_suspended == 0', 'table');
  assert.ok(tables.includes('samples') && tables.includes('ledger'), `${tables}`);
  assert.ok((await valuesOf('slipstream_clickhouse_parts > 0', 'table')).includes('samples'));
  const streams = await valuesOf('slipstream_stream_max_bytes > 0', 'stream');
  assert.ok(
    ['DEAD', 'FRAMES', 'KV_LEASES'].every((stream) => streams.includes(stream)),
    `${streams}`,
  );
});

test('a certificate that is about to expire fires, and then one that has', { skip }, async () => {
  writeCertificate(makeCertificate({ notAfterMs: Date.now() + 9 * DAY_MS }));
  await untilFiring(['CertificateExpiresSoon ingest']);
  writeCertificate(makeCertificate({ notAfterMs: Date.now() - DAY_MS }));
  await untilFiring(['CertificateExpired ingest']);
});

test('frames that nobody can use fire, by their reason', { skip }, async () => {
  const publishJunk = () => assert.rejects(publish(Buffer.from([0xff])), { code: 0x99 });
  await untilFiring(['DeadLetters undecodable_frame'], publishJunk);
});

test('a suspended table fires, and so does its sink, which is behind and says why', { skip }, async () => {
  await askQuestDb('ALTER TABLE samples SUSPEND WAL');
  const fired = ['WalSuspended samples', 'CheckFailing questdb', 'SinkBehind questdb'];
  await untilFiring(fired, () => publish(nextFrame()));
  await askQuestDb('ALTER TABLE samples RESUME WAL');
});

test('a store that counts more than was accepted fires', { skip }, async () => {
  await askQuestDb(`INSERT INTO ledger VALUES (${Date.now()}000, 'nobody', 0, 1, 'samples', 1, 1000000, 0, 0)`);
  await untilFiring(['LedgerImbalance questdb']);
});

test('an engine that was killed fires', { skip }, async () => {
  process.kill(pids.get('clickhouse')!, 'SIGKILL');
  await untilFiring(['EngineDown clickhouse', 'CheckFailing clickhouse']);
});

test('a process of ours that was killed fires, and that nobody is left of its role', { skip }, async () => {
  await device.endAsync(true);
  process.kill(pids.get('ingest')!, 'SIGKILL');
  await untilFiring(['ProcessDown', 'RoleMissing ingest']);
});
