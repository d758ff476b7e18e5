import type { KeyValue } from '../../runtime/kv/kv.ts';
import { revokeDevice } from '../../runtime/revocations.ts';
import { deleteRowsSql, encodeDeletedAthlete, TABLES_OF_ATHLETES } from '../../schemas/deleted-athlete.ts';
import type { Sport } from '../../schemas/events.ts';
import { gearLoadId } from '../../schemas/gear-load.ts';
import { DEVICE_PATTERN } from '../../schemas/identity.ts';
import { keys, type Names } from '../../schemas/names.ts';
import { type RecordKind, recordId } from '../../schemas/record.ts';
import type { ClickHouseQueries } from '../stores/clickhouse-client.ts';
import type { QuestDbClient } from '../stores/questdb-client.ts';
import type { Removed } from './removed.ts';

/** Whom nothing is to be known of any more. */
export interface Person {
  readonly athlete: string;
  /** Their devices, as far as they are known; those of nobody else. */
  readonly devices: readonly string[];
  readonly deletedMs: number;
  /** The number of the proof. */
  readonly deletion: string;
}

/** What is stored of people outside of PostgreSQL. Each call may be repeated; throws while its store is away. */
export interface PersonStores {
  /** Devices that samples of this athlete came from, and of no other. */
  devicesOf(athlete: string): Promise<string[]>;
  /** From now on no token of a device counts, and whoever replays knows that nothing is to come back. */
  mark(person: Person): Promise<Removed>;
  /** Facts and dead letters go first: only ClickHouse knows which are theirs. */
  remove(person: Person): Promise<Removed>;
}

export interface PersonStoresDeps {
  readonly clickhouse: Pick<ClickHouseQueries, 'select' | 'command'>;
  readonly questdb: Pick<QuestDbClient, 'select' | 'run'>;
  readonly names: Pick<Names, 'fact' | 'dead'>;
  readonly config: KeyValue;
  readonly offsets: KeyValue;
  readonly revocations: KeyValue;
  readonly purgeFacts: (filter: string) => Promise<number>;
  readonly purgeDead: (filter: string) => Promise<number>;
}

const RAW = ['samples', 'rr', 'events'] as const;
/** Of QuestDB's tables what says when, of what and which row it is: it stays until it ages out. */
const KEPT = new Set(['ts', 'series', 'boot', 'seq', 'offset_ms']);
/** Names in one statement, which goes into an address. */
const MAX_SERIES = 40;

export function createPersonStores(deps: PersonStoresDeps): PersonStores {
  const { clickhouse, questdb, names, config, offsets, revocations, purgeFacts, purgeDead } = deps;

  async function purgeFactsOf(athlete: string): Promise<number> {
    const ask = async (sql: string) => (await clickhouse.select(sql, { athlete })) as string[][];
    const of = 'WHERE athlete = {athlete:String}';
    const activities = await ask(`SELECT DISTINCT toString(id) FROM slipstream.activities ${of}`);
    const records = await ask(`SELECT DISTINCT sport, kind, name FROM slipstream.records ${of}`);
    const loads = await ask(`SELECT DISTINCT gear, toString(activity) FROM slipstream.gear_load ${of}`);
    const filters = [
      ...activities.map(([id]) => names.fact('workout.*', id)),
      ...records.map(([sport, kind, name]) => {
        return names.fact('record.*', recordId({ athlete, sport: sport as Sport, kind: kind as RecordKind, name }));
      }),
      ...loads.map(([gear, activity]) => names.fact('gear.*', gearLoadId({ athlete, gear, activity }))),
    ];
    return sumOf(filters, purgeFacts);
  }

  async function removeFromClickHouse(athlete: string): Promise<Record<string, number>> {
    const removed: Record<string, number> = {};
    for (const table of TABLES_OF_ATHLETES) {
      const sql = `SELECT count() FROM slipstream.${table} WHERE athlete = {athlete:String}`;
      const [[count]] = await clickhouse.select(sql, { athlete });
      if (Number(count) === 0) continue;
      await clickhouse.command(deleteRowsSql(table, athlete));
      removed[table] = Number(count);
    }
    return removed;
  }

  /** It cannot delete rows: what they say is taken out, and they age out. */
  async function blankInQuestDb(devices: readonly string[]): Promise<Record<string, number>> {
    const removed: Record<string, number> = {};
    for (const table of RAW) {
      const series: string[] = [];
      for (const device of devices) {
        const found = await questdb.select(`SELECT DISTINCT series FROM ${table} WHERE series ~ '^${device}/'`);
        series.push(...found.map(([name]) => String(name)));
      }
      const columns = (await questdb.select(`SELECT "column" FROM table_columns('${table}')`))
        .map(([name]) => String(name))
        .filter((name) => !KEPT.has(name));
      const isThere = columns.map((name) => `${name} != null`).join(' OR ');
      const blank = columns.map((name) => `${name} = null`).join(', ');
      for (let i = 0; i < series.length; i += MAX_SERIES) {
        const some = series.slice(i, i + MAX_SERIES).map((name) => `'${name.replaceAll("'", "''")}'`);
        const where = `series IN (${some.join(', ')})`;
        const [[count]] = await questdb.select(`SELECT count() FROM ${table} WHERE ${where} AND (${isThere})`);
        if (Number(count) === 0) continue;
        await questdb.run(`UPDATE ${table} SET ${blank} WHERE ${where}`);
        removed[table] = (removed[table] ?? 0) + Number(count);
      }
    }
    return removed;
  }

  async function removeKeys(athlete: string, devices: readonly string[]): Promise<Record<string, number>> {
    const ofConfig = [
      ...[keys.athleteSettings(athlete), keys.recordsDue(athlete), keys.priority('athlete', athlete)],
      ...devices.map((device) => keys.priority('device', device)),
    ];
    const there = await Promise.all(ofConfig.map(async (key) => ((await config.get(key)) === null ? [] : [key])));
    for (const key of there.flat()) await config.delete(key);
    let boots = 0;
    for (const device of devices) {
      for (const key of await offsets.keys(keys.offsetsOf(device))) {
        await offsets.delete(key);
        boots++;
      }
    }
    return { config: there.flat().length, offsets: boots };
  }

  return {
    async devicesOf(athlete) {
      const raw = (condition: string) =>
        RAW.map((table) => `SELECT DISTINCT device FROM slipstream.${table} WHERE ${condition}`).join(
          ' UNION DISTINCT ',
        );
      const own = raw('athlete = {athlete:String}');
      const others = raw(`athlete != {athlete:String} AND device IN (${own})`);
      const found = await clickhouse.select(`SELECT device FROM (${own}) WHERE device NOT IN (${others})`, { athlete });
      return found.map(([device]) => String(device)).filter((device) => DEVICE_PATTERN.test(device));
    },
    async mark({ athlete, devices, deletedMs, deletion }) {
      for (const device of devices) await revokeDevice(revocations, device, deletedMs);
      await config.put(keys.deletedAthlete(athlete), encodeDeletedAthlete({ deletedMs, devices, deletion }));
      return { tokens: { devices: devices.length } };
    },
    async remove({ athlete, devices }) {
      const facts = await purgeFactsOf(athlete);
      const dead = await sumOf(
        devices.map((device) => names.dead('*', device)),
        purgeDead,
      );
      return {
        streams: { facts, dead },
        buckets: await removeKeys(athlete, devices),
        questdb: await blankInQuestDb(devices),
        clickhouse: await removeFromClickHouse(athlete),
      };
    },
  };
}

async function sumOf(filters: readonly string[], purge: (filter: string) => Promise<number>): Promise<number> {
  let sum = 0;
  for (const filter of filters) sum += await purge(filter);
  return sum;
}
