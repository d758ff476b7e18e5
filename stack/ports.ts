import { createServer } from 'node:net';

/**
 * Below the ports that the kernel gives to outgoing connections (Linux: from 32,768 on): one of those can be taken
 * between being found free and being listened on.
 */
const FIRST_PORT = 12_288;
const PORTS = 20_480;
/** Processes that start engines at the same time look in blocks of their own. */
const PORTS_A_PROCESS = 64;

let next = process.pid * PORTS_A_PROCESS;

/** A port on `host` that nothing listens on now, and that this process has not handed out before. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let attempt = 0; attempt < PORTS; attempt++) {
    const port = FIRST_PORT + (next++ % PORTS);
    if (!(await isPortTaken(port, host))) return port;
  }
  throw new Error(`no free port on ${host} from ${FIRST_PORT} on`);
}

/** `count` different free ports on `host`. */
export async function freePorts(count: number, host = '127.0.0.1'): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freePort(host));
  return ports;
}

/** True when something else holds `port` on `host`; other failures (no such address, no permission) are thrown. */
export async function isPortTaken(port: number, host = '127.0.0.1'): Promise<boolean> {
  try {
    await listenOnce(host, port);
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return true;
    throw error;
  }
}

function listenOnce(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve()));
  });
}
