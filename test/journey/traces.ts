import { zstdDecompressSync } from 'node:zlib';
import { Objm } from '@nats-io/obj';
import { Client } from 'pg';
import { createQuestDbClient } from '../../api/stores/questdb-client.ts';
import type { KeyValue } from '../../runtime/kv/kv.ts';
import { createSilentLog } from '../../runtime/log.ts';
import { openPlatform, type Platform, platformOptions } from '../../runtime/nats/platform.ts';
import { readOptions } from '../../runtime/options.ts';
import { createReleaseStack } from '../../runtime/release.ts';
import type { MessageLog } from '../../runtime/stream/stream.ts';
import { TABLES_OF_ATHLETES } from '../../schemas/deleted-athlete.ts';
import type { JourneyStack } from './journey-stack.ts';

/** Every word by which a store could know somebody. */
export interface KnownAs {
  readonly account: string;
  readonly athlete: string;
  readonly email: string;
  readonly devices: readonly string[];
}

const TIMEOUT_MS = 60_000;
/** Of QuestDB's tables those with samples; a row keeps its key until it ages out, without a value. */
const KEYS_OF_ROWS = new Set(['ts', 'series', 'boot', 'seq', 'offset_ms']);

/**
 * Where somebody is found, by store and table, stream or bucket: how often. What stays on purpose is left out: the
 * tombstone, which keeps replays from bringing anything back, and the revocation of the devices' tokens.
 */
export async function tracesOf(stack: JourneyStack, known: KnownAs): Promise<Record<string, number>> {
  const all = await Promise.all([inPostgresql(stack, known), inClickHouse(stack, known), inQuestDb(stack, known)]);
  const found = Object.assign({}, ...all, await inNats(stack, known)) as Record<string, number>;
  return Object.fromEntries(Object.entries(found).filter(([, count]) => count > 0));
}

const wordsOf = ({ account, athlete, email, devices }: KnownAs) => [account, athlete, email, ...devices];

/** Rows in which one of the words stands, whatever the column. */
async function inPostgresql({ postgresUrl }: JourneyStack, known: KnownAs): Promise<Record<string, number>> {
  const client = new Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    const { rows: tables } = await client.query(
      `select schemaname, tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    const found: Record<string, number> = {};
    for (const { schemaname, tablename } of tables) {
      const { rows } = await client.query(
        `select count(*)::int as n from "${schemaname}"."${tablename}" as t where t::text ilike any ($1)`,
        [wordsOf(known).map((word) => `%${word}%`)],
      );
      found[`postgresql ${tablename}`] = rows[0].n;
    }
    return found;
  } finally {
    await client.end();
  }
}

async function inClickHouse({ ports }: JourneyStack, { athlete }: KnownAs): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const table of TABLES_OF_ATHLETES) {
    const query = `SELECT count() FROM slipstream.${table} WHERE athlete = '${athlete}'`;
    const answer = await fetch(`http://127.0.0.1:${ports.clickhouse}/`, { method: 'POST', body: query });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    found[`clickhouse ${table}`] = Number(text);
  }
  return found;
}

/** Rows that say something. */
async function inQuestDb({ ports }: JourneyStack, { devices }: KnownAs): Promise<Record<string, number>> {
  const { select } = createQuestDbClient({ url: `http://127.0.0.1:${ports.questdb}`, timeoutMs: TIMEOUT_MS });
  const found: Record<string, number> = {};
  for (const table of ['samples', 'rr', 'events']) {
    const columns = (await select(`SELECT "column" FROM table_columns('${table}')`)).map(([name]) => String(name));
    const saysSomething = columns.filter((name) => !KEYS_OF_ROWS.has(name)).map((name) => `${name} != null`);
    const series = devices.map((device) => `series ~ '^${device}/'`);
    if (series.length === 0) continue;
    const sql = `SELECT count() FROM ${table} WHERE (${series.join(' OR ')}) AND (${saysSomething.join(' OR ')})`;
    const [[count]] = await select(sql);
    found[`questdb ${table}`] = Number(count);
  }
  return found;
}

/**
 * Messages and keys with one of the words in subject, key or body; and every object that people uploaded or that is
 * written for them, for there is nobody else here.
 */
async function inNats({ ports }: JourneyStack, known: KnownAs): Promise<Record<string, number>> {
  const release = createReleaseStack({ log: createSilentLog() });
  try {
    const options = readOptions(platformOptions, { argv: [`--nats-urls=nats://127.0.0.1:${ports.nats}`], env: {} });
    const platform = await openPlatform(options, { name: 'traces', logger: createSilentLog(), release });
    const { names } = platform;
    const words = wordsOf(known).map((word) => Buffer.from(word));
    const has = (name: string, body: Uint8Array) =>
      words.some((word) => Buffer.from(name).includes(word) || Buffer.from(body).includes(word));
    return {
      'stream FRAMES': await inStream(await platform.frames(), names.framesFilter, has),
      'stream FACTS': await inStream(await platform.facts(), names.factsFilter, has),
      'stream DEAD': await inStream(await platform.dead(), names.deadFilter, has),
      'bucket CONFIG': await inBucket(await platform.config(), has, 'deleted.'),
      'bucket OFFSETS': await inBucket(await platform.offsets(), has),
      'bucket CHECKPOINTS': await inBucket(await platform.checkpoints(), (name, body) => has(name, unpacked(body))),
      'objects UPLOADS': await countObjects(platform),
    };
  } finally {
    await release.release();
  }
}

async function countObjects({ link, names }: Platform): Promise<number> {
  const stores = new Objm(link.nc);
  // It is made with the first upload.
  for await (const { bucket } of stores.list()) {
    if (bucket === names.uploadsBucket) return (await (await stores.open(bucket)).list()).length;
  }
  return 0;
}

const ZSTD_MAGIC = 0xfd2fb528;

/** Segments of a checkpoint are packed; other parts of it are as they are. */
function unpacked(body: Uint8Array): Uint8Array {
  const bytes = Buffer.from(body);
  return bytes.length > 4 && bytes.readUInt32LE(0) === ZSTD_MAGIC ? zstdDecompressSync(bytes) : bytes;
}

type Has = (name: string, body: Uint8Array) => boolean;

async function inStream(log: MessageLog, filter: string, has: Has): Promise<number> {
  const { messages } = await log.info();
  if (messages === 0) return 0;
  let found = 0;
  const reading = { subjects: [filter], fromSeq: 1, signal: AbortSignal.timeout(TIMEOUT_MS) };
  for await (const { subject, data, pendingMessages } of log.readFrom(reading)) {
    if (has(subject, data)) found++;
    if (pendingMessages === 0) break;
  }
  return found;
}

/** Without the keys that stay on purpose. */
async function inBucket(bucket: KeyValue, has: Has, stays?: string): Promise<number> {
  let found = 0;
  for (const key of await bucket.keys('>')) {
    if (stays !== undefined && key.startsWith(stays)) continue;
    const entry = await bucket.get(key);
    if (entry !== null && has(key, entry.value)) found++;
  }
  return found;
}
