import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Health } from './health.ts';
import { listenError } from './listen-error.ts';
import type { Metrics } from './metrics.ts';

export interface AdminServer {
  /** `http://host:port`, with the port that was really taken. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves GET /health/live (200 while the process can answer), /health/ready (200, or 503 with the checks that fail) and
 * /metrics. Port 0 takes a free one. Throws `StartError` when it cannot listen.
 */
export async function createAdminServer({
  host,
  port,
  health,
  metrics,
  portOption = '--admin-port',
}: {
  host: string;
  port: number;
  health: Health;
  metrics: Metrics;
  /** The option that sets the port, for the error's message. */
  portOption?: string;
}): Promise<AdminServer> {
  async function answer(path: string, response: ServerResponse): Promise<void> {
    switch (path) {
      case '/health/live':
        return sendJson(response, 200, { ok: true });
      case '/health/ready': {
        const readiness = await health.readiness();
        return sendJson(response, readiness.ok ? 200 : 503, readiness);
      }
      case '/metrics':
        response.writeHead(200, { 'content-type': metrics.contentType }).end(await metrics.text());
        return;
      default:
        sendJson(response, 404, { error: 'not found; there are /health/live, /health/ready and /metrics' });
    }
  }

  const server = createServer((request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return sendJson(response, 405, { error: 'only GET is served here' });
    }
    const path = (request.url ?? '/').split('?', 1)[0];
    answer(path, response).catch((err: unknown) => {
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { error: err instanceof Error ? err.message : String(err) });
    });
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', (err) => reject(listenError(err, { host, port }, portOption)));
    server.listen({ host, port }, resolve);
  });
  const address = server.address() as AddressInfo;
  const shownHost = address.family === 'IPv6' ? `[${address.address}]` : address.address;

  return {
    url: `http://${shownHost}:${address.port}`,
    port: address.port,
    close() {
      return new Promise((resolve, reject) => {
        server.close((err) => (err ? reject(err) : resolve()));
        server.closeAllConnections();
      });
    },
  };
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(`${JSON.stringify(body)}\n`);
}
