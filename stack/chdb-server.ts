import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openDatabase } from './chdb/database.ts';
import { createClickHouseServer } from './chdb/server.ts';
import type { QueryCaps } from './chdb/settings.ts';
import { createSpool } from './chdb/spool.ts';
import type { User } from './chdb/users.ts';

/**
 * The process that serves ClickHouse's HTTP interface from chDB. Its options come as one JSON line on standard input
 * (passwords are in it, so not on the command line), which then stays open: when it ends, the owner is gone and so is
 * this process.
 */
export interface ChdbServerOptions {
  dir: string;
  host: string;
  port: number;
  users: User[];
  maxBodyBytes: number;
  analystCaps: QueryCaps;
}

const MAX_TEXT_BYTES = 1024 * 1024;
const DRAIN_MS = 5_000;

const lines = createInterface({ input: process.stdin });
const [line] = (await once(lines, 'line')) as [string];
const options: ChdbServerOptions = JSON.parse(line);

const dataDir = join(options.dir, 'data');
const database = openDatabase(dataDir, join(options.dir, 'conf'));
const spool = createSpool(dataDir, 8 * options.maxBodyBytes);
const server = createClickHouseServer({
  database,
  spool,
  users: options.users,
  maxBodyBytes: options.maxBodyBytes,
  maxTextBytes: MAX_TEXT_BYTES,
  analystCaps: options.analystCaps,
  onError: (error) => console.error(error),
});

let isStopping = false;
function stop(): void {
  if (isStopping) return;
  isStopping = true;
  const force = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  server.close(() => {
    clearTimeout(force);
    database.close();
    spool.close();
    process.exit(0);
  });
  server.closeIdleConnections();
}
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
lines.on('close', stop);

server.listen(options.port, options.host);
await once(server, 'listening');
console.log(`ClickHouse ${database.version} (chDB) listens on http://${options.host}:${options.port}`);
