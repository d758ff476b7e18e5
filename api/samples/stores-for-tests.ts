import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHANNELS, channelsOf, KINDS } from '../../schemas/channels.ts';
import { startClickHouse } from '../../stack/clickhouse.ts';
import { freePorts } from '../../stack/ports.ts';
import { startQuestDb } from '../../stack/questdb.ts';
import { createMemorySampleReader, type StoredRow } from './memory-reader.ts';
import { ROLLUP_STEP_MS } from './resample.ts';

/** A real store of one test file, with the tables of schemas/sql: own folder, own ports. */
export interface TestStore {
  readonly url: string;
  insert(rows: readonly StoredRow[]): Promise<void>;
  /** Resolves when what the statement did can be read. */
  run(statement: string): Promise<void>;
}

/** Told what ends the engine and removes its folder as soon as the engine runs, so that a failing start is undone. */
type OnStarted = (stop: () => Promise<void>) => void;

const SQL_DIR = join(import.meta.dirname, '../../schemas/sql');
const APPLIED_WITHIN_MS = 20_000;

/** Every statement of the numbered files, in their order. */
async function statementsOf(store: 'questdb' | 'clickhouse'): Promise<string[]> {
  const files = (await readdir(join(SQL_DIR, store))).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(SQL_DIR, store, file), 'utf8')));
  return texts
    .flatMap((text) => text.replace(/^--.*\n/gm, '').split(/;\s*(?:\n|$)/))
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

export async function startTestQuestDb(onStarted: OnStarted): Promise<TestStore> {
  const dir = await mkdtemp(join(tmpdir(), 'slip-questdb-'));
  const [httpPort, pgPort] = await freePorts(2);
  const engine = await startQuestDb({ dir, httpPort, pgPort, maxHeapMb: 512 });
  onStarted(async () => {
    await engine.stop();
    await rm(dir, { recursive: true, force: true });
  });
  const url = engine.urls.http;

  async function run(sql: string): Promise<unknown[][]> {
    const response = await fetch(`${url}/exec?query=${encodeURIComponent(sql)}`);
    const answer = (await response.json()) as { error?: string; dataset?: unknown[][] };
    if (answer.error !== undefined) throw new Error(`${answer.error}: ${sql}`);
    return answer.dataset ?? [];
  }

  /** A row can be read once the table's log is applied. */
  async function applied(): Promise<void> {
    const untilMs = Date.now() + APPLIED_WITHIN_MS;
    while (Date.now() < untilMs) {
      if ((await run('SELECT 1 FROM wal_tables() WHERE suspended OR writerTxn < sequencerTxn')).length === 0) return;
    }
    throw new Error(`QuestDB did not apply its log in ${APPLIED_WITHIN_MS} ms`);
  }

  for (const statement of await statementsOf('questdb')) await run(statement);
  return {
    url,
    async run(statement) {
      await run(statement);
      await applied();
    },
    async insert(rows) {
      for (const kind of KINDS) {
        const values = rows
          .filter((row) => row.kind === kind)
          .map((row) => {
            const boot = BigInt.asIntN(64, BigInt(`0x${row.boot}`));
            const offsetMs = row.tsMs - row.deviceTimeMs;
            const cells = [
              `${row.tsMs}000`,
              `'${row.device}/${row.source}'`,
              `${boot}L`,
              row.seq,
              offsetMs,
              ...row.values,
            ];
            return `(${cells.map((cell) => cell ?? 'null').join(',')})`;
          });
        // A statement travels in the request's line, which QuestDB bounds.
        for (let i = 0; i < values.length; i += 40) {
          await run(`INSERT INTO ${kind} VALUES ${values.slice(i, i + 40).join(',')}`);
        }
      }
      await applied();
    },
  };
}

/** One that takes rows of any of its tables, too. */
export interface TestClickHouse extends TestStore {
  insertRows(table: string, rows: readonly Record<string, unknown>[]): Promise<void>;
}

export async function startTestClickHouse(onStarted: OnStarted): Promise<TestClickHouse> {
  const dir = await mkdtemp(join(tmpdir(), 'slip-clickhouse-'));
  const [port] = await freePorts(1);
  const engine = await startClickHouse({ dir, port, user: 'default', password: '' });
  onStarted(async () => {
    await engine.stop();
    await rm(dir, { recursive: true, force: true });
  });
  const url = engine.urls.http;
  const everything = createMemorySampleReader('clickhouse');
  let version = 0;

  async function run(sql: string, body = ''): Promise<void> {
    const response = await fetch(`${url}/?query=${encodeURIComponent(sql)}`, { method: 'POST', body });
    const answer = await response.text();
    if (!response.ok) throw new Error(`${answer}: ${sql}`);
  }

  async function insertInto(table: string, rows: readonly Record<string, unknown>[]): Promise<void> {
    const body = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    if (rows.length > 0) await run(`INSERT INTO slipstream.${table} FORMAT JSONEachRow`, body);
  }

  /** What the roll-up processor would have written, from every row so far, with a version above the last. */
  async function insertRollUps(device: string): Promise<void> {
    version++;
    const all = {
      kind: 'samples',
      sources: [],
      channels: CHANNELS,
      after: null,
      limit: 1e9,
      fromMs: 0,
      toMs: 1e14,
    } as const;
    const buckets = await everything.buckets({ ...all, device, stepMs: ROLLUP_STEP_MS });
    const rows = buckets.map(({ startMs, source, samples, values }) => {
      const row: Record<string, unknown> = { device, source, ts: startMs / 1_000, version, epoch: 1, samples };
      for (const [c, { name }] of CHANNELS.entries()) {
        for (const [fold, value] of Object.entries(values[c] ?? {})) row[`${name}_${fold}`] = value;
      }
      return row;
    });
    await insertInto('rollup_10s', rows);
  }

  for (const statement of await statementsOf('clickhouse')) await run(statement);
  return {
    url,
    run,
    insertRows: insertInto,
    async insert(rows) {
      everything.insert(rows);
      for (const kind of KINDS) {
        const ofKind = rows.filter((row) => row.kind === kind);
        await insertInto(
          kind,
          ofKind.map(({ device, source, boot, seq, tsMs, deviceTimeMs, values }) => ({
            device,
            source,
            boot: BigInt(`0x${boot}`).toString(),
            seq,
            device_time: new Date(deviceTimeMs).toISOString().slice(0, -1),
            ts: new Date(tsMs).toISOString().slice(0, -1),
            ...Object.fromEntries(channelsOf(kind).map(({ name }, c) => [name, values[c]])),
          })),
        );
      }
      for (const device of new Set(rows.map((row) => row.device))) await insertRollUps(device);
    },
  };
}
