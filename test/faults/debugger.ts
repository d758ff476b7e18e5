import { readFileSync } from 'node:fs';

const REACH_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 100;

/** A Node process that may be killed and started anew at any time. */
export interface Debuggee {
  /** Of the process that runs now, or ran last. */
  readonly pid: number;
}

/**
 * Runs an expression in every worker thread of a Node process, from outside and without the process's help: SIGUSR1
 * opens its debugger, which says in `logFile` where it listens. A process that is killed meanwhile is left for the one
 * that follows it. Answers how many threads were reached; throws when none was within a quarter of a minute.
 */
export function evaluateInThreads(debuggee: Debuggee, logFile: string, expression: string): Promise<number> {
  return untilReached(debuggee, logFile, async (socket, closed) => {
    let lastId = 0;
    const threads = new Set<string>();
    const enabled = Promise.withResolvers<void>();
    const evaluated = Promise.withResolvers<void>();
    const send = (method: string, params: object) => socket.send(JSON.stringify({ id: ++lastId, method, params }));
    socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(String(data));
      if (message.method === 'NodeWorker.attachedToWorker') threads.add(message.params.sessionId);
      if (message.id === 1) enabled.resolve();
      if (message.id !== undefined && message.id === threads.size + 1) evaluated.resolve();
    });
    send('NodeWorker.enable', { waitForDebuggerOnStart: false });
    await Promise.race([enabled.promise, closed]);
    const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } });
    for (const sessionId of threads) send('NodeWorker.sendMessageToWorker', { sessionId, message });
    await Promise.race([evaluated.promise, closed]);
    return threads.size;
  });
}

/** Runs an expression in the main thread and answers once it has. */
export function evaluateInProcess(debuggee: Debuggee, logFile: string, expression: string): Promise<void> {
  return untilReached(debuggee, logFile, async (socket, closed) => {
    const done = new Promise((resolve) => socket.addEventListener('message', resolve, { once: true }));
    socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } }));
    await Promise.race([done, closed]);
  });
}

async function untilReached<T>(
  debuggee: Debuggee,
  logFile: string,
  act: (socket: WebSocket, closed: Promise<never>) => Promise<T>,
): Promise<T> {
  for (const untilMs = Date.now() + REACH_WITHIN_MS; ; ) {
    const socket = await openDebugger(debuggee, logFile);
    if (socket !== null) {
      const closed = closedOf(socket);
      try {
        return await act(socket, closed);
      } catch (error) {
        if (!(error instanceof DebuggerClosed)) throw error;
      } finally {
        socket.close();
      }
    }
    if (Date.now() > untilMs) throw new Error(`no debugger answered; ${logFile} should say where it listens`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

class DebuggerClosed extends Error {}

function closedOf(socket: WebSocket): Promise<never> {
  const closed = Promise.withResolvers<never>();
  socket.addEventListener('close', () => closed.reject(new DebuggerClosed()), { once: true });
  // It also closes at the end, when nobody waits for it.
  closed.promise.catch(() => undefined);
  return closed.promise;
}

/** Null while there is no process. One that was started anew listens at another address, so the last line counts. */
async function openDebugger({ pid }: Debuggee, logFile: string): Promise<WebSocket | null> {
  try {
    process.kill(pid, 'SIGUSR1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return null;
    throw error;
  }
  const url = [...readFileSync(logFile, 'utf8').matchAll(/Debugger listening on (ws:\S+)/g)].at(-1)?.[1];
  return url === undefined ? null : opened(new WebSocket(url));
}

function opened(socket: WebSocket): Promise<WebSocket | null> {
  return new Promise((resolve) => {
    socket.addEventListener('open', () => resolve(socket), { once: true });
    socket.addEventListener('error', () => resolve(null), { once: true });
  });
}
