import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { type ClickHouseUrls, startClickHouse } from './clickhouse.ts';
import type { Engine } from './engine.ts';
import { freePort } from './ports.ts';

const MAX_BODY_BYTES = 1024 * 1024;
/** The client logs each error it throws; the tests look at what it throws. */
const log = { level: ClickHouseLogLevel.OFF };
const WAIT_MS = 10_000;
const dir = mkdtempSync(join(tmpdir(), 'slipstream-clickhouse-'));
let server: Engine<ClickHouseUrls>;
let client: ClickHouseClient;
let analyst: ClickHouseClient;

before(async () => {
  server = await startClickHouse({
    dir,
    port: await freePort(),
    user: 'writer',
    password: "it's",
    maxBodyBytes: MAX_BODY_BYTES,
    analystCaps: { maxExecutionSeconds: 30, maxMemoryBytes: 100_000_000, maxResultRows: 1000 },
  });
  const { http: url, user: username, password, analystUser } = server.urls;
  client = createClient({ url, username, password, log });
  analyst = createClient({ url, username: analystUser, password: '', database: 'analytics', log });
  await client.command({ query: 'CREATE DATABASE raw' });
  await client.command({
    query: `CREATE TABLE raw.samples (id UInt32, bpm Nullable(Int32), power Nullable(Int32) DEFAULT 7,
              note String, source LowCardinality(String)) ENGINE = ReplacingMergeTree ORDER BY id`,
  });
  await client.command({
    query: `CREATE VIEW analytics.samples DEFINER = CURRENT_USER SQL SECURITY DEFINER
              AS SELECT id, bpm FROM raw.samples FINAL`,
  });
});

after(async () => {
  await client?.close();
  await analyst?.close();
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** Sends a request as the writer; `parameters` go into the URL. */
async function post(parameters: Record<string, string>, body: Buffer | string, headers: Record<string, string> = {}) {
  const url = `${server.urls.http}/?${new URLSearchParams(parameters)}`;
  const key = { 'X-ClickHouse-User': server.urls.user, 'X-ClickHouse-Key': server.urls.password };
  const response = await fetch(url, { method: 'POST', body: Buffer.from(body), headers: { ...key, ...headers } });
  return { response, code: response.headers.get('x-clickhouse-exception-code'), bytes: await bytesOf(response) };
}

async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

async function nativeOf(select: string): Promise<Buffer> {
  const { response, bytes } = await post({}, `${select} FORMAT Native`);
  assert.equal(response.status, 200, bytes.toString());
  return bytes;
}

async function insertNative(body: Buffer): Promise<void> {
  const values = Readable.from([body], { objectMode: false });
  const { stream } = await client.exec({ query: 'INSERT INTO raw.samples FORMAT Native', values });
  stream.resume();
}

async function rowsOf(query: string): Promise<unknown[]> {
  return (await client.query({ query, format: 'JSONEachRow' })).json();
}

async function emptied(): Promise<void> {
  await client.command({ query: 'TRUNCATE TABLE raw.samples' });
}

test('Native blocks that differ in columns arrive by name, what one leaves out is NULL or the default', async () => {
  await emptied();
  await insertNative(
    Buffer.concat([
      await nativeOf(
        "SELECT toUInt32(1) id, toNullable(toInt32(150)) bpm, 'a\n\nb' note, toLowCardinality('hr') source",
      ),
      await nativeOf("SELECT 'x' source, toUInt32(2) id, toNullable(toInt32(250)) power"),
      await nativeOf('SELECT toUInt32(3) id, CAST(NULL AS Nullable(Int32)) power'),
    ]),
  );
  assert.deepEqual(await rowsOf('SELECT * FROM raw.samples ORDER BY id'), [
    { id: 1, bpm: 150, power: 7, note: 'a\n\nb', source: 'hr' },
    { id: 2, bpm: null, power: 250, note: '', source: 'x' },
    { id: 3, bpm: null, power: null, note: '', source: '' },
  ]);
});

test('a refused insert stores none of its rows: unknown column 117, cut short 33', async () => {
  await emptied();
  const good = await nativeOf('SELECT toUInt32(number) id FROM numbers(1000)');
  await assert.rejects(insertNative(Buffer.concat([good, await nativeOf('SELECT toUInt32(7) id, 1 AS nonsuch')])), {
    code: '117',
  });
  await assert.rejects(insertNative(Buffer.concat([good, good.subarray(0, -1)])), { code: '33' });
  assert.deepEqual(await rowsOf('SELECT count() n FROM raw.samples'), [{ n: 0 }]);
});

test('a client that goes away in the middle of its rows has stored none', async () => {
  await emptied();
  const { hostname, port } = new URL(server.urls.http);
  const socket = connect(Number(port), hostname);
  const headers = `Host: x\r\nX-ClickHouse-User: writer\r\nX-ClickHouse-Key: it's\r\nContent-Length: 99\r\n`;
  socket.end(`POST /?query=INSERT+INTO+raw.samples(id)+FORMAT+TSV HTTP/1.1\r\n${headers}\r\n1\n2\n`);
  await once(socket.resume(), 'close');
  assert.deepEqual(await rowsOf('SELECT count() n FROM raw.samples'), [{ n: 0 }]);
});

test('the official client inserts JSON rows, and reads with parameters, settings and its formats', async () => {
  await emptied();
  const values = [
    { id: 1, note: 'é' },
    { id: 2, bpm: 60 },
  ];
  await client.insert({ table: 'raw.samples', values, format: 'JSONEachRow' });
  const result = await client.query({
    query: "SELECT id, note, power, getSetting('max_threads') threads FROM raw.samples WHERE note = {note: String}",
    query_params: { note: 'é' },
    clickhouse_settings: { max_threads: 1 },
  });
  assert.equal(result.response_headers['x-clickhouse-format'], 'JSON');
  const { data, rows } = await result.json<Record<string, unknown>>();
  assert.deepEqual({ data, rows }, { data: [{ id: 1, note: 'é', power: 7, threads: 1 }], rows: 1 });
  assert.equal(await (await client.query({ query: 'SELECT 1, 2', format: 'CSVWithNames' })).text(), '"1","2"\n1,2\n');
  const parquet = await post({ query: 'SELECT 1 AS a FORMAT Parquet' }, '');
  assert.equal(parquet.bytes.toString('latin1', 0, 4), 'PAR1');
  assert.equal((await client.ping()).success, true);
});

test('a long answer streams whole, packed when asked for', async () => {
  const headers = { 'Accept-Encoding': 'gzip' };
  const query = 'SELECT number FROM numbers(300000) FORMAT TSV';
  const { response, bytes } = await post({ query, enable_http_compression: '1' }, '', headers);
  assert.equal(response.headers.get('content-encoding'), 'gzip');
  const lines = bytes.toString().trimEnd().split('\n');
  assert.deepEqual([lines.length, lines[0], lines.at(-1)], [300_000, '0', '299999']);
});

test('an empty Native answer still names its columns', async () => {
  assert.deepEqual((await nativeOf('SELECT toUInt8(1) AS a WHERE 0')).toString('latin1'), '\x01\x00\x01a\x05UInt8');
});

test('curl: statement in the body, the URL, or both; rows packed or not; users by URL and header', async () => {
  await emptied();
  const curl = async (...args: string[]) => (await promisify(execFile)('curl', ['-sS', ...args])).stdout;
  const { http, user, password } = server.urls;
  const basic = ['-u', `${user}:${password}`];
  assert.equal(await curl(`${http}/ping`), 'Ok.\n');
  assert.equal(await curl(...basic, `${http}/`, '-d', 'SELECT 1 + 1;'), '2\n');
  assert.equal(await curl(...basic, `${http}/?query=SELECT%202&default_format=JSONCompactEachRow`), '[2]\n');
  assert.equal(await curl(...basic, `${http}/?query=INSERT+INTO+raw.samples(id,note)+FORMAT+CSV`, '-d', '1,"a"'), '');
  assert.equal(await curl(...basic, `${http}/`, '-d', "INSERT INTO raw.samples (id, note) VALUES (2, 'b;')"), '');
  const packed = await post({ query: 'INSERT INTO raw.samples (id) FORMAT TSV' }, gzipSync('3\n'), {
    'Content-Encoding': 'gzip',
  });
  assert.equal(packed.response.status, 200, packed.bytes.toString());
  const read = 'SELECT id, note FROM samples ORDER BY id';
  const url = `${http}/?user=${user}&password=${encodeURIComponent(password)}&database=raw`;
  assert.equal(await curl(url, '-d', read), '1\ta\n2\tb;\n3\t\n');
});

test("errors carry ClickHouse's own code and HTTP status", async () => {
  const cases: [parameters: Record<string, string>, body: string, code: string, status: number][] = [
    [{}, 'SELEC 1', '62', 400],
    [{}, 'SELECT * FROM nonsuch', '60', 404],
    [{}, 'SELECT * FROM nonsuch.x', '81', 404],
    [{}, 'SELECT nonsuch', '47', 404],
    [{ nonsuch_setting: '1' }, 'SELECT 1', '115', 404],
    [{ database: 'nonsuch' }, 'SELECT 1', '81', 404],
    [{}, 'SELECT 1; SELECT 2', '62', 400],
    [{}, '', '211', 500],
    [{}, "SELECT 1 INTO OUTFILE '/tmp/x'", '358', 500],
    [{ max_execution_time: '1' }, 'SELECT sum(number) FROM numbers(1e13)', '159', 408],
    [{ compress: '1' }, 'SELECT 1', '48', 501],
    [{}, `SELECT 1 -- ${'x'.repeat(MAX_BODY_BYTES)}`, '229', 413],
    [{ query: 'INSERT INTO raw.samples (id) FORMAT TSV' }, '1\n'.repeat(MAX_BODY_BYTES), '229', 413],
  ];
  for (const [parameters, body, code, status] of cases) {
    const answer = await post(parameters, body);
    const found = [answer.code, answer.response.status];
    assert.deepEqual(found, [code, status], `${body.slice(0, 40)}: ${answer.bytes}`);
  }
  const wrong = await post({}, 'SELECT 1', { 'X-ClickHouse-Key': 'wrong' });
  assert.deepEqual([wrong.code, wrong.response.status], ['516', 403]);
  const unknown = await post({}, 'SELECT 1', { 'X-ClickHouse-User': 'nobody' });
  assert.deepEqual([unknown.code, unknown.response.status], ['516', 403]);
});

test('an analyst reads the views and nothing behind them', async () => {
  await emptied();
  await client.insert({ table: 'raw.samples', values: [{ id: 1, bpm: 61 }], format: 'JSONEachRow' });
  const view = await analyst.query({ query: 'SELECT * FROM samples', format: 'JSONEachRow' });
  assert.deepEqual(await view.json(), [{ id: 1, bpm: 61 }]);
  const tables = "SELECT name FROM system.tables WHERE database IN ('raw', 'analytics')";
  assert.deepEqual(await (await analyst.query({ query: tables, format: 'JSONEachRow' })).json(), [{ name: 'samples' }]);
  const refused: [query: string, code: string][] = [
    ['SELECT * FROM raw.samples', '497'],
    ['SELECT * FROM view(SELECT * FROM raw.samples)', '497'],
    ['SELECT 1 IN raw.samples', '497'],
    ["SELECT * FROM file('/etc/passwd', 'LineAsString')", '497'],
    ["SELECT file('/etc/passwd')", '497'],
    ["SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')", '497'],
    ['KILL QUERY WHERE 1', '497'],
    ['INSERT INTO samples VALUES (1, 2)', '164'],
    ['SELECT 1 SETTINGS max_memory_usage = 0', '164'],
    ['SELECT number FROM numbers(1001)', '396'],
    ['SELECT groupArray(number) FROM numbers(100000000)', '241'],
  ];
  for (const [query, code] of refused) await assert.rejects(analyst.query({ query }), { code }, query);
});

test('slow readers in any number do not hold up an insert, and are ended when their clients go', async () => {
  await emptied();
  const running = async () => {
    const query = "SELECT count() n FROM system.processes WHERE query LIKE '%1e15%' AND query NOT LIKE '%processes%'";
    return Number(((await rowsOf(query)) as { n: number }[])[0]?.n);
  };
  const waitFor = async (what: (n: number) => boolean) => {
    const untilMs = Date.now() + WAIT_MS;
    for (let n = await running(); !what(n); n = await running()) {
      assert.ok(Date.now() < untilMs, `${n} slow queries are running`);
      await delay(20);
    }
  };
  const abort = new AbortController();
  const slow = Array.from({ length: 20 }, () =>
    analyst.query({ query: 'SELECT sum(number) FROM numbers(1e15)', abort_signal: abort.signal }).catch(String),
  );
  await waitFor((n) => n >= 4);
  await client.insert({ table: 'raw.samples', values: [{ id: 9 }], format: 'JSONEachRow' });
  assert.deepEqual(await rowsOf('SELECT id FROM raw.samples'), [{ id: 9 }]);
  abort.abort();
  await Promise.all(slow);
  await waitFor((n) => n === 0);
});

test('what was acknowledged is there after kill -9, and the folder opens again', async () => {
  await emptied();
  await client.insert({ table: 'raw.samples', values: [{ id: 1 }, { id: 2 }], format: 'JSONEachRow' });
  server.kill('SIGKILL');
  assert.equal((await server.exited).signal, 'SIGKILL');
  const { http, user, password } = server.urls;
  server = await startClickHouse({ dir, port: Number(new URL(http).port), user, password });
  assert.deepEqual(await rowsOf('SELECT id FROM raw.samples ORDER BY id'), [{ id: 1 }, { id: 2 }]);
  await assert.rejects(analyst.query({ query: 'SELECT * FROM raw.samples' }), { code: '497' });
});
