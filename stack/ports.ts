import { createServer } from 'node:net';

const handedOut = new Set<number>();

/** A port on `host` that nothing listens on now, and that this process has not handed out before. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = await listenOnce(host, 0);
    if (handedOut.has(port)) continue;
    handedOut.add(port);
    return port;
  }
  throw new Error(`no free port on ${host} in 50 attempts`);
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

function listenOnce(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') {
        reject(new Error(`listening on ${host} gave no TCP address`));
        return;
      }
      server.close(() => resolve(address.port));
    });
  });
}
