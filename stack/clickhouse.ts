import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { QueryCaps } from './chdb/settings.ts';
import type { User } from './chdb/users.ts';
import type { ChdbServerOptions } from './chdb-server.ts';
import { AFTER_ACK_NICENESS, answersOk, type Engine, startEngine } from './engine.ts';

export interface ClickHouseOptions {
  /** Data folder; the engine's files go to `<dir>/data`. One process at a time. */
  dir: string;
  host?: string;
  port: number;
  /** Who may do everything. An empty password is one that need not be given. */
  user: string;
  password: string;
  /** Who may read the database `analytics`, and nothing else. */
  analystUser?: string;
  analystPassword?: string;
  /** Bound on a request's body, unpacked. */
  maxBodyBytes?: number;
  analystCaps?: QueryCaps;
  /** The option that sets `port`, named when the port is taken. */
  portOption?: string;
  readyTimeoutMs?: number;
}

export interface ClickHouseUrls {
  http: string;
  user: string;
  password: string;
  analystUser: string;
  analystPassword: string;
}

const DEFAULT_MAX_BODY_BYTES = 64 * 1024 * 1024;
const DEFAULT_CAPS: QueryCaps = { maxExecutionSeconds: 60, maxMemoryBytes: 2_000_000_000, maxResultRows: 10_000_000 };
/** Each running query holds a thread of libuv's pool; the server's own limits add up to less than this. */
const THREADS = 16;

/** Starts ClickHouse's HTTP interface over chDB, as a process of its own. Throws EngineError. */
export async function startClickHouse(options: ClickHouseOptions): Promise<Engine<ClickHouseUrls>> {
  const { host = '127.0.0.1', port, user, password, readyTimeoutMs = 30_000 } = options;
  const { analystUser = 'analyst', analystPassword = '' } = options;
  const dir = resolve(options.dir);
  const users: User[] = [
    { name: user, password, role: 'writer' },
    { name: analystUser, password: analystPassword, role: 'analyst' },
  ];
  const serverOptions: ChdbServerOptions = {
    dir,
    host,
    port,
    users,
    maxBodyBytes: options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES,
    analystCaps: options.analystCaps ?? DEFAULT_CAPS,
  };
  const urls: ClickHouseUrls = { http: `http://${host}:${port}`, user, password, analystUser, analystPassword };
  const script = fileURLToPath(new URL('chdb-server.ts', import.meta.url));
  return startEngine({
    name: 'clickhouse',
    // The pool's size has to stand in the environment before Node starts; the last argument names the folder.
    command: 'env',
    args: [`UV_THREADPOOL_SIZE=${THREADS}`, process.execPath, script, dir],
    dir,
    host,
    ports: [{ port, option: options.portOption }],
    urls,
    niceness: AFTER_ACK_NICENESS,
    input: `${JSON.stringify(serverOptions)}\n`,
    isReady: () => answersOk(`${urls.http}/ping`),
    readyTimeoutMs,
    stopTimeoutMs: 10_000,
  });
}
