import { type DestinationStream, type Logger as PinoLogger, pino, stdSerializers } from 'pino';
import pretty from 'pino-pretty';

/** The log every part writes to: one line per event, fields first, then a sentence. */
export type Logger = PinoLogger;

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** `auto` is pretty on a terminal and JSON lines everywhere else. */
export const LOG_FORMATS = ['auto', 'json', 'pretty'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

const SECRET_FIELDS = ['password', 'token', 'secret', 'authorization', 'cookie', 'privateKey', 'apiKey'];

/** The log of one process. It writes synchronously, so nothing is lost when the process ends at once. */
export function createLog({
  name,
  level = 'info',
  format = 'auto',
  to = 'stdout',
}: {
  name: string;
  level?: LogLevel;
  format?: LogFormat;
  to?: 'stdout' | 'stderr';
}): Logger {
  const isPretty = format === 'pretty' || (format === 'auto' && process[to].isTTY === true);
  const fd = to === 'stdout' ? 1 : 2;
  const destination = isPretty
    ? pretty({ sync: true, destination: fd, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l' })
    : pino.destination({ fd, sync: true });
  return createLogTo(destination, { name, level });
}

/** A log that keeps its records in a list, for tests. */
export function createMemoryLog(level: LogLevel = 'trace'): { log: Logger; records: Record<string, unknown>[] } {
  const records: Record<string, unknown>[] = [];
  const log = createLogTo({ write: (line) => void records.push(JSON.parse(line)) }, { name: 'test', level });
  return { log, records };
}

/** A log that writes nothing. */
export function createSilentLog(): Logger {
  return pino({ level: 'silent' });
}

/** A URL that may be shown: the user and password it carries are masked. */
export function withoutCredentials(url: string): string {
  return url.replace(/\/\/[^/@\s]*@/g, '//***@');
}

function createLogTo(destination: DestinationStream, { name, level }: { name: string; level: LogLevel }): Logger {
  const paths = SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);
  return pino(
    {
      name,
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths, censor: '***' },
      serializers: { err: stdSerializers.errWithCause, error: stdSerializers.errWithCause },
    },
    destination,
  );
}
