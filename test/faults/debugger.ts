import { readFileSync } from 'node:fs';

const OPEN_TIMEOUT_MS = 15_000;
const LOOK_EVERY_MS = 100;

/**
 * Runs an expression in every worker thread of a Node process, from outside and without the process's help: SIGUSR1
 * opens its debugger, which says in `logFile` where it listens. Answers how many threads were reached.
 */
export async function evaluateInThreads(pid: number, logFile: string, expression: string): Promise<number> {
  process.kill(pid, 'SIGUSR1');
  const socket = await openDebugger(logFile);
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
  await enabled.promise;
  const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } });
  for (const sessionId of threads) send('NodeWorker.sendMessageToWorker', { sessionId, message });
  await evaluated.promise;
  socket.close();
  return threads.size;
}

/** Runs an expression in the main thread and answers once it has. */
export async function evaluateInProcess(pid: number, logFile: string, expression: string): Promise<void> {
  process.kill(pid, 'SIGUSR1');
  const socket = await openDebugger(logFile);
  const done = new Promise((resolve) => socket.addEventListener('message', resolve, { once: true }));
  socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } }));
  await done;
  socket.close();
}

/** A process that was started anew listens at another address, so the last line counts, once it answers. */
async function openDebugger(logFile: string): Promise<WebSocket> {
  for (const untilMs = Date.now() + OPEN_TIMEOUT_MS; Date.now() < untilMs; ) {
    const url = [...readFileSync(logFile, 'utf8').matchAll(/Debugger listening on (ws:\S+)/g)].at(-1)?.[1];
    const socket = url === undefined ? null : await opened(new WebSocket(url));
    if (socket !== null) return socket;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Error(`no debugger answered; ${logFile} should say where it listens`);
}

function opened(socket: WebSocket): Promise<WebSocket | null> {
  return new Promise((resolve) => {
    socket.addEventListener('open', () => resolve(socket), { once: true });
    socket.addEventListener('error', () => resolve(null), { once: true });
  });
}
