import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EngineError } from './engine-error.ts';

/**
 * Which process runs on a data folder, kept in `engine.json` inside it. A process whose owner was killed hard is found
 * through this record by the next start and ended, so that no engine stays behind holding the folder and its ports.
 * A pid alone proves nothing, since pids are used again: the start time (field 22 of /proc/<pid>/stat) and the data
 * folder in the command line have to match too. Where there is no /proc the record is written but nothing is ended.
 */
interface RunRecord {
  name: string;
  pid: number;
  startTicks: string;
  ownerPid: number;
  ownerStartTicks: string;
}

const RECORD_FILE = 'engine.json';
const TERM_WAIT_MS = 10_000;
const KILL_WAIT_MS = 5_000;

/** Notes that `pid` runs on `dir` for this process. */
export function recordRun(dir: string, name: string, pid: number): void {
  const record: RunRecord = {
    name,
    pid,
    startTicks: startTicks(pid) ?? '',
    ownerPid: process.pid,
    ownerStartTicks: startTicks(process.pid) ?? '',
  };
  writeFileSync(join(dir, RECORD_FILE), `${JSON.stringify(record)}\n`);
}

/** Takes the note away after a process has ended. */
export function forgetRun(dir: string, pid: number): void {
  if (readRecord(dir)?.pid === pid) rmSync(join(dir, RECORD_FILE), { force: true });
}

/**
 * Ends what an earlier, dead owner left running on `dir`.
 * Throws EngineError when the folder is in use by a live owner, or when the leftover does not end.
 */
export async function endLeftover(dir: string): Promise<void> {
  const record = readRecord(dir);
  if (!record || !isOurs(record, dir)) return;
  if (startTicks(record.ownerPid) === record.ownerStartTicks) {
    // A caller that has just killed its engine may start the next one before the kernel has reaped the first.
    if (record.ownerPid === process.pid && (await hasEnded(record, dir, KILL_WAIT_MS))) return;
    throw new EngineError(
      `${dir} is in use: ${record.name} (pid ${record.pid}) runs on it for process ${record.ownerPid}. ` +
        'Stop that one first, or use another data folder.',
    );
  }
  process.kill(record.pid, 'SIGTERM');
  if (await hasEnded(record, dir, TERM_WAIT_MS)) return;
  process.kill(record.pid, 'SIGKILL');
  if (await hasEnded(record, dir, KILL_WAIT_MS)) return;
  throw new EngineError(`a leftover ${record.name} (pid ${record.pid}) on ${dir} does not end: end it by hand`);
}

function readRecord(dir: string): RunRecord | undefined {
  try {
    return JSON.parse(readFileSync(join(dir, RECORD_FILE), 'utf8'));
  } catch (error) {
    // A half-written record (killed in between) names nobody, just as a missing one.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isOurs(record: RunRecord, dir: string): boolean {
  const ticks = startTicks(record.pid);
  if (ticks === undefined || ticks !== record.startTicks) return false;
  return (
    readProc(record.pid, 'cmdline')
      ?.split('\0')
      .some((part) => part.includes(dir)) ?? false
  );
}

async function hasEnded(record: RunRecord, dir: string, waitMs: number): Promise<boolean> {
  const untilMs = Date.now() + waitMs;
  while (Date.now() < untilMs) {
    if (!isOurs(record, dir)) return true;
    await delay(20);
  }
  return false;
}

/** When a process began, in clock ticks since boot; undefined when there is none, or it is a zombie. */
function startTicks(pid: number): string | undefined {
  const stat = readProc(pid, 'stat');
  // The second field, the name in brackets, may hold blanks: count from behind it. State is field 3, start time 22.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields?.[0] === 'Z' ? undefined : fields?.[19];
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}
