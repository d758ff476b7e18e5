import { closeSync, existsSync, openSync, readSync, renameSync, statSync } from 'node:fs';

const MAX_LOG_BYTES = 16 * 1024 * 1024;
const TAIL_BYTES = 8 * 1024;

/** An engine's log file, opened for appending; `startByte` is where this run's lines begin. */
export interface EngineLog {
  file: string;
  fd: number;
  startByte: number;
}

/** Opens `file` for appending; one that has grown beyond 16 MiB is moved to `<file>.1` first. */
export function openLog(file: string): EngineLog {
  if (existsSync(file) && statSync(file).size > MAX_LOG_BYTES) renameSync(file, `${file}.1`);
  const fd = openSync(file, 'a');
  return { file, fd, startByte: statSync(file).size };
}

/** The last lines that this run has written, for an error message. */
export function lastLines(log: EngineLog, count = 15): string {
  const size = statSync(log.file).size;
  const from = Math.max(log.startByte, size - TAIL_BYTES);
  const bytes = Buffer.alloc(Math.max(0, size - from));
  const fd = openSync(log.file, 'r');
  try {
    readSync(fd, bytes, 0, bytes.length, from);
  } finally {
    closeSync(fd);
  }
  return bytes.toString('utf8').trimEnd().split('\n').slice(-count).join('\n');
}
