import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { KINDS, type Kind } from '../../schemas/channels.ts';
import type { ClickHouse } from '../clickhouse/clickhouse-client.ts';
import {
  ACTIVITIES,
  DEPLOYMENT,
  EFFORTS,
  GEAR_LOADS,
  LEDGER,
  type PagedTable,
  PRODUCT_EVENTS,
  pagesOf,
  RAW_TABLES,
  RECORDS,
  ROLL_UPS,
  rowsThatCount,
  STATED_WORKOUTS,
} from '../clickhouse/pages.ts';
import { createFile, type FileDigest } from './manifest.ts';

const pack = promisify(gzip);
const unpack = promisify(gunzip);
const PACK_LEVEL = 1;

const RAW_COVERS: Readonly<Record<Kind, string>> = {
  samples: 'All samples',
  rr: 'All intervals between heart beats',
  events: 'All that athletes and devices did',
};

export interface CopiedTable {
  readonly table: PagedTable;
  /** For a person. */
  readonly covers: string;
}

/** What the API writes into ClickHouse once: copied right after accounts, of which it follows. */
export const TABLES_OF_ACCOUNTS: readonly CopiedTable[] = [
  { table: STATED_WORKOUTS, covers: 'What people said of their workouts, for sums' },
  { table: PRODUCT_EVENTS, covers: 'What people did with the product who agreed that it is counted' },
];

/**
 * What follows from the streams, in the order of copying. The ledger comes before the rows: a line is written after
 * its rows, so every line of the copy has its rows in the copy.
 */
export const TABLES: readonly CopiedTable[] = [
  { table: LEDGER, covers: 'What ClickHouse has of each message: the account of the samples' },
  { table: ROLL_UPS, covers: 'Ten seconds of a source, the newest version of each' },
  { table: RECORDS, covers: 'Records of the athletes, each claim and withdrawal' },
  { table: GEAR_LOADS, covers: 'What each activity did to the gear in use' },
  { table: EFFORTS, covers: 'Best efforts of each activity' },
  { table: ACTIVITIES, covers: 'Activities with their metrics, the newest revision of each' },
  ...KINDS.map((kind) => ({ table: RAW_TABLES[kind], covers: RAW_COVERS[kind] })),
  { table: DEPLOYMENT, covers: 'The secret of the pseudonyms: keep the backup as safe as the rows' },
];

/** Copies a table into a folder of the backup, a page of at most `pageRows` a file; one page is in memory at a time. */
export async function saveTable(
  store: Pick<ClickHouse, 'select' | 'read'>,
  table: PagedTable,
  { dir, folder, pageRows, signal }: { dir: string; folder: string; pageRows: number; signal: AbortSignal },
): Promise<{ count: number; files: FileDigest[] }> {
  const files: FileDigest[] = [];
  let count = 0;
  for (const { name, where } of await partitionsOf(store, table)) {
    let number = 0;
    for await (const { condition } of pagesOf(store, table, { where, maxRows: pageRows })) {
      signal.throwIfAborted();
      const from = `FROM ${rowsThatCount(table)} WHERE ${condition}`;
      // Counted before it is read: what comes between is in the file and not in the count, which is for people.
      const [{ n }] = await store.select(`SELECT toString(count()) AS n ${from}`);
      if (n === '0') continue;
      const block = await store.read(`SELECT * ${from} FORMAT Native`);
      const path = `${folder}/${table.name}${name}-${String(++number).padStart(6, '0')}.native.gz`;
      const file = await createFile(dir, path);
      await file.write(await pack(block, { level: PACK_LEVEL }));
      files.push(await file.close());
      count += Number(n);
    }
  }
  return { count, files };
}

async function partitionsOf(store: Pick<ClickHouse, 'select'>, table: PagedTable) {
  if (!table.isPartitioned) return [{ name: '', where: '1' }];
  const months = await store.select(
    `SELECT DISTINCT toString(toYYYYMM(ts)) AS month FROM slipstream.${table.name} ORDER BY month`,
  );
  return months.map(({ month }) => ({ name: `-${month}`, where: `toYYYYMM(ts) = ${Number(month)}` }));
}

/** Throws what ClickHouse throws. A file that is written again changes nothing that a reader sees. */
export async function restoreTable(
  store: Pick<ClickHouse, 'insert'>,
  table: string,
  { dir, files, signal }: { dir: string; files: readonly FileDigest[]; signal: AbortSignal },
): Promise<void> {
  for (const { path } of files) {
    signal.throwIfAborted();
    const block = await unpack(await readFile(join(dir, path)));
    await store.insert(`INSERT INTO slipstream.${table} FORMAT Native`, [block]);
  }
}
