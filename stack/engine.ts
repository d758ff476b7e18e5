import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EngineError } from './engine-error.ts';
import { type EngineLog, lastLines, openLog } from './engine-log.ts';
import { endLeftover, forgetRun, recordRun } from './leftover.ts';
import { isPortTaken } from './ports.ts';

/** A running engine: one child process on one data folder. Start it again with the same folder and ports. */
export interface Engine<Urls> {
  readonly name: string;
  readonly urls: Urls;
  readonly pid: number;
  /** Asks it to end and waits; after `stopTimeoutMs` it is killed. May be called again, and after it has ended. */
  stop(): Promise<void>;
  /** Sends a signal and does not wait: `await engine.exited` for that. */
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the process has ended, for whatever reason; never rejects. */
  readonly exited: Promise<EngineExit>;
}

export interface EngineExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** How to start one engine. Timeouts in milliseconds. */
export interface EngineSpec<Urls> {
  name: string;
  command: string;
  /** Some argument must hold `dir`: it is what a leftover process is recognised by. */
  args: string[];
  /** The data folder, absolute; made when missing. The log goes to `<dir>/<name>.log`. */
  dir: string;
  host: string;
  ports: WantedPort[];
  urls: Urls;
  /** True once it serves; false or a connection error while it does not yet. */
  isReady(): Promise<boolean>;
  readyTimeoutMs: number;
  stopTimeoutMs: number;
  /** Files to write into `dir` before it starts: path inside the folder → text. */
  files?: Record<string, string>;
  /** Written to the child's stdin, which then stays open for as long as this process lives. */
  input?: string;
  /** How far it gives way to others when the cores are busy, as for `nice`; 0 when not given. */
  niceness?: number;
}

/**
 * Of everything that comes after the acknowledgement: stores, sinks and holders. Devices wait for ingest and the
 * stream, so these have the cores first.
 */
export const AFTER_ACK_NICENESS = 5;

/** Each look is a request that is refused: thirty a second took who starts a whole stack half a CPU second. */
const READY_EVERY_MS = 100;

/** A port that must be free, and the option that changes it, for the message when it is not. */
export interface WantedPort {
  port: number;
  option?: string;
}

/**
 * Starts a child process and resolves when it is ready. Throws EngineError when a port is taken, the folder is in use,
 * the program is not there, or it is not ready in time (with its last log lines); nothing is left running then.
 */
export async function startEngine<Urls>(spec: EngineSpec<Urls>): Promise<Engine<Urls>> {
  mkdirSync(spec.dir, { recursive: true });
  await endLeftover(spec.dir);
  for (const wanted of spec.ports) await assertFree(spec, wanted);
  for (const [path, text] of Object.entries(spec.files ?? {})) {
    mkdirSync(dirname(join(spec.dir, path)), { recursive: true });
    writeFileSync(join(spec.dir, path), text);
  }

  const log = openLog(join(spec.dir, `${spec.name}.log`));
  const child = spawnTied(spec, log);
  closeSync(log.fd);
  const exited = waitForExit(spec, child);
  const { pid } = child;
  if (pid === undefined) {
    throw new EngineError(`${spec.name}: cannot run ${spec.command}; \`node stack/setup.js\` fetches what is missing`);
  }
  recordRun(spec.dir, spec.name, pid);
  const engine: Engine<Urls> = {
    name: spec.name,
    urls: spec.urls,
    pid,
    exited,
    kill: (signal) => void child.kill(signal),
    stop: () => stopChild(child, exited, spec.stopTimeoutMs),
  };
  try {
    await waitUntilReady(spec, child, log);
  } catch (error) {
    await stopChild(child, exited, 0);
    throw error;
  }
  return engine;
}

async function assertFree<Urls>(spec: EngineSpec<Urls>, { port, option }: WantedPort): Promise<void> {
  if (!(await isPortTaken(port, spec.host))) return;
  const how = option ? `choose another with ${option}` : 'choose another one';
  throw new EngineError(
    `port ${port} is taken, and ${spec.name} needs it on ${spec.host}: stop what listens there, or ${how}`,
  );
}

/**
 * A child that gets SIGTERM from the kernel when this process dies, even by kill -9, where util-linux' `setpriv` is
 * there. Elsewhere it gets it from this process at its exit, as after a second Ctrl-C, and after a kill -9 the record
 * in the data folder lets the next start end it. It is in a group of its own: a terminal sends Ctrl-C to the whole
 * group of this process, and an engine would then end before those who still write to it.
 */
function spawnTied<Urls>(spec: EngineSpec<Urls>, log: EngineLog): ChildProcess {
  const tie = canTie() ? ['setpriv', '--pdeathsig', 'TERM', '--'] : [];
  // Before it starts, so that all of its threads have it.
  const nice = spec.niceness === undefined ? [] : ['nice', '-n', String(spec.niceness)];
  const [command = spec.command, ...args] = [...tie, ...nice, spec.command, ...spec.args];
  const stdin = spec.input === undefined ? 'ignore' : 'pipe';
  const child = spawn(command, args, { cwd: spec.dir, detached: true, stdio: [stdin, log.fd, log.fd] });
  // A child that ends before it has read its input breaks the pipe; its exit is what gets reported.
  child.stdin?.on('error', () => child.stdin?.destroy());
  if (spec.input !== undefined) child.stdin?.write(spec.input);
  if (!canTie()) endAtExit(child);
  return child;
}

const untied = new Set<ChildProcess>();
const endUntied = () => {
  for (const child of untied) child.kill('SIGTERM');
};

function endAtExit(child: ChildProcess): void {
  // Once for all of them: the process warns of many listeners.
  if (!process.listeners('exit').includes(endUntied)) process.on('exit', endUntied);
  untied.add(child);
  child.once('exit', () => untied.delete(child));
}

let tieWorks: boolean | undefined;
function canTie(): boolean {
  tieWorks ??= spawnSync('setpriv', ['--pdeathsig', 'TERM', '--', 'true'], { stdio: 'ignore' }).status === 0;
  return tieWorks;
}

function waitForExit<Urls>(spec: EngineSpec<Urls>, child: ChildProcess): Promise<EngineExit> {
  return new Promise((resolve) => {
    child.once('error', () => resolve({ code: null, signal: null }));
    child.once('exit', (code, signal) => {
      if (child.pid !== undefined) forgetRun(spec.dir, child.pid);
      resolve({ code, signal });
    });
  });
}

async function waitUntilReady<Urls>(spec: EngineSpec<Urls>, child: ChildProcess, log: EngineLog): Promise<void> {
  const untilMs = Date.now() + spec.readyTimeoutMs;
  while (Date.now() < untilMs) {
    if (child.exitCode !== null || child.signalCode !== null) {
      const how = child.signalCode ?? `code ${child.exitCode}`;
      throw new EngineError(`${spec.name} ended at once (${how}). Its log, ${log.file}, ends:\n${lastLines(log)}`);
    }
    if (await isReadyNow(spec)) return;
    await delay(READY_EVERY_MS);
  }
  throw new EngineError(
    `${spec.name} was not ready after ${spec.readyTimeoutMs} ms. Its log, ${log.file}, ends:\n${lastLines(log)}`,
  );
}

async function isReadyNow<Urls>(spec: EngineSpec<Urls>): Promise<boolean> {
  try {
    return await spec.isReady();
  } catch {
    return false; // not listening yet; the bound of the caller's loop holds
  }
}

async function stopChild(child: ChildProcess, exited: Promise<EngineExit>, timeoutMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(timeoutMs > 0 ? 'SIGTERM' : 'SIGKILL');
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  await exited;
  clearTimeout(timer);
}

/** True when a GET of `url` answers 200 within a second. */
export async function answersOk(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
  await response.body?.cancel();
  return response.status === 200;
}
