import type { EventEmitter } from 'node:events';
import type { Logger } from './log.ts';
import { type ReleaseStack, within } from './release.ts';

/** Something that works until it is told to stop. A process runs one; `joinServices` makes one of several. */
export interface Service {
  readonly name: string;
  /** Works until `stop` (or `signal`), or until its job is done. Rejects when it cannot go on. */
  run(signal?: AbortSignal): Promise<void>;
  /** Takes nothing new and resolves when what was taken is finished. */
  drain(): Promise<void>;
  /** Ends `run` soon, finished or not. May be called without `drain`, and more than once. */
  stop(): Promise<void>;
}

/** An error whose message tells a person what to mend; it is shown without a stack. */
export class StartError extends Error {
  override name = 'StartError';
}

/** Exit codes of a process. */
export const EXIT = { done: 0, failed: 1, wrongOptions: 2, forced: 130 } as const;

/** Runs several services as one: it ends when all have ended, or as soon as one fails. */
export function joinServices(name: string, services: readonly Service[]): Service {
  return {
    name,
    async run(signal) {
      await Promise.all(services.map((service) => service.run(signal)));
    },
    async drain() {
      throwAll(`draining ${name}`, await Promise.allSettled(services.map((service) => service.drain())));
    },
    async stop() {
      throwAll(`stopping ${name}`, await Promise.allSettled(services.map((service) => service.stop())));
    },
  };
}

function throwAll(what: string, results: PromiseSettledResult<void>[]): void {
  const errors = results.filter((result) => result.status === 'rejected').map((result) => result.reason);
  if (errors.length > 0) throw new AggregateError(errors, `${what} failed in ${errors.length} parts`);
}

/** The part of `process` that the life cycle listens to; `connected` while a parent holds an IPC channel to it. */
export interface ProcessHost extends EventEmitter {
  connected?: boolean;
  stdin: EventEmitter & { resume(): unknown; pause(): unknown };
}

export interface ProcessDeps {
  log: Logger;
  /** Opens what the service needs, puts it on `release`, and returns the service. `signal` aborts when asked to end. */
  create(signal: AbortSignal): Promise<Service>;
  release: ReleaseStack;
  drainTimeoutMs: number;
  stopTimeoutMs?: number;
  /** Ends like a first signal when the parent process is gone (its IPC channel, or else our stdin, closes). */
  exitWithParent?: boolean;
  host?: ProcessHost;
}

const STOP_TIMEOUT_MS = 5_000;

/**
 * Runs a service as a process and resolves with the exit code. The caller ends the process with it.
 *
 * starting → running → draining → stopping → ended. The first SIGINT, SIGTERM or SIGHUP moves on to draining (from
 * starting: to stopping) and ends with 0, or with 1 when draining was not finished in `drainTimeoutMs`. A second one
 * ends at once with 130. When the service ends by itself the code is 0, when it fails 1. An exception that nobody
 * caught skips draining and ends with 1. On the way out everything on `release` is closed, last opened first.
 */
export function runProcess({
  log,
  create,
  release,
  drainTimeoutMs,
  stopTimeoutMs = STOP_TIMEOUT_MS,
  exitWithParent = false,
  host = process,
}: ProcessDeps): Promise<number> {
  const ended = Promise.withResolvers<number>();
  const ending = new AbortController();
  let service: Service | undefined;
  let running: Promise<void> | undefined;
  let isAsked = false;
  let isUncaught = false;
  let exitCode: number = EXIT.done;
  let finishing: Promise<void> | undefined;

  async function finish(drains: boolean): Promise<void> {
    const attempt = async (what: string, boundMs: number, work: () => Promise<void>) => {
      try {
        await within(boundMs, what, work);
      } catch (err) {
        exitCode = EXIT.failed;
        log.error({ err }, `${what} failed`);
      }
    };
    const current = service;
    if (current && drains) await attempt('draining', drainTimeoutMs, () => current.drain());
    ending.abort(new Error('the process is ending'));
    if (current) await attempt('stopping', stopTimeoutMs, () => current.stop());
    // What `run` rejects with is logged where it is awaited first; here only its end matters.
    if (running)
      await attempt('ending the run', stopTimeoutMs, () => running?.catch(() => undefined) ?? Promise.resolve());
    if ((await release.release()).length > 0) exitCode = EXIT.failed;
    log.info({ exitCode }, 'ended');
    ended.resolve(exitCode);
  }

  function end(code: number, drains: boolean): void {
    exitCode = Math.max(exitCode, code);
    finishing ??= finish(drains);
  }

  const onSignal = (reason: string) => {
    if (isAsked) {
      log.warn({ reason }, 'asked a second time: ending at once');
      ended.resolve(EXIT.forced);
      return;
    }
    isAsked = true;
    log.info({ reason, drainTimeoutMs }, 'draining, then stopping; ask again to end at once');
    end(EXIT.done, true);
  };
  const onParentGone = () => {
    if (!isAsked) onSignal('the parent process is gone');
  };
  const onUncaught = (err: Error, origin: string) => {
    log.fatal({ err, origin }, 'nobody caught this: ending');
    if (isUncaught) ended.resolve(EXIT.failed);
    isUncaught = true;
    end(EXIT.failed, false);
  };

  // A terminal sends SIGINT to the whole process group, so a child leaves it to its parent, which sends SIGTERM; else
  // one Ctrl-C would count as two requests.
  const signals = exitWithParent ? ['SIGTERM', 'SIGHUP'] : ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const ignore = () => undefined;
  for (const signal of signals) host.on(signal, onSignal);
  if (exitWithParent) host.on('SIGINT', ignore);
  host.on('uncaughtException', onUncaught);
  if (exitWithParent && host.connected) host.on('disconnect', onParentGone);
  else if (exitWithParent) host.stdin.on('close', onParentGone).on('end', onParentGone).resume();

  async function start(): Promise<void> {
    try {
      service = await create(ending.signal);
      if (finishing) return void (await service.stop());
      running = service.run(ending.signal);
      await running;
      if (!finishing) log.info('the work is done');
      end(EXIT.done, false);
    } catch (err) {
      // Once it is ending, a run that is cut short may say so; that is no failure of its own.
      if (ending.signal.aborted) return log.debug({ err }, 'cut short');
      if (err instanceof StartError) log.fatal(err.message);
      else log.fatal({ err }, 'failed');
      end(EXIT.failed, false);
    }
  }
  void start();

  return ended.promise.finally(() => {
    for (const signal of signals) host.off(signal, onSignal);
    host.off('SIGINT', ignore);
    host.off('uncaughtException', onUncaught);
    host.off('disconnect', onParentGone);
    if (exitWithParent) host.stdin.off('close', onParentGone).off('end', onParentGone).pause();
  });
}
