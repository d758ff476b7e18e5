import { Session } from 'chdb';
import { writeAccessConfig } from './access-config.ts';
import { ANALYTICS_DATABASE, type Role } from './users.ts';

/** The engine on one data folder. A process can open one, and a folder belongs to one process. */
export interface Database {
  version: string;
  timezone: string;
  /** A session of its own for one request: it runs one query at a time and costs 0.2 ms to open. */
  open(role: Role): RequestSession;
  /** Ends the running query that carries `tag` in its text. Does not wait for its end. */
  kill(tag: string): Promise<void>;
  close(): void;
}

export interface RequestSession {
  /** Runs a statement that gives no answer, at once: for SET and USE. */
  set(sql: string): void;
  /** Runs a statement and gives its whole answer. */
  run(sql: string, format: string): Promise<Answer>;
  /** Runs a SELECT and gives its answer piece by piece: only for formats whose pieces can be joined. */
  stream(sql: string, format: string): AsyncIterable<Uint8Array>;
  close(): void;
}

export interface Answer {
  bytes: Uint8Array;
  rowsRead: number;
  bytesRead: number;
  elapsedSeconds: number;
}

/** What differs between chDB's defaults and a server's: a wrong column name is an error and a bare name is no query. */
const SERVER_DEFAULTS = 'SET input_format_skip_unknown_fields = 0, implicit_select = 0';

/** Opens the engine on `dir`, with rights in place and the analysts' database made. */
export function openDatabase(dir: string, configDir: string): Database {
  const connectionArgs = [`--config-file=${writeAccessConfig(configDir)}`];
  const root = new Session(dir, { connectionArgs });
  root.query(`CREATE DATABASE IF NOT EXISTS ${ANALYTICS_DATABASE}`);
  const [version = '', timezone = ''] = root.query('SELECT version(), timezone()', 'TSV').trim().split('\t');

  return {
    version,
    timezone,
    open(role) {
      const session = new Session(dir);
      try {
        session.query(`SET ROLE ${role}`);
        session.query(SERVER_DEFAULTS);
      } catch (error) {
        session.close();
        throw error;
      }
      return requestSession(session);
    },
    async kill(tag) {
      const session = new Session(dir);
      try {
        // Without SYNC: waiting for the end of a query that does not look up would hold this session as well.
        await session.queryAsync(`KILL QUERY WHERE startsWith(query, '${tag}')`, { format: 'Null' });
      } finally {
        session.close();
      }
    },
    close: () => root.close(),
  };
}

function requestSession(session: Session): RequestSession {
  return {
    set: (sql) => void session.query(sql),
    async run(sql, format) {
      const result = await session.queryAsync(sql, { format });
      const { elapsed, rowsRead, bytesRead } = result;
      return { bytes: result.bytes(), rowsRead, bytesRead, elapsedSeconds: elapsed };
    },
    async *stream(sql, format) {
      for await (const chunk of session.queryStream(sql, { format })) yield chunk.raw();
    },
    close: () => session.close(),
  };
}
