import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../problem.ts';
import type { ApiServer } from '../server.ts';
import type { PageFile } from './page-files.ts';
import { createRacePage, type RacePageDeps } from './race-page.ts';

export interface PageRoutesDeps {
  readonly files: ReadonlyMap<string, PageFile>;
  /** Where map tiles come from, '' for nowhere: the page may then speak to nobody but us. */
  readonly mapStyleUrl: string;
}

interface Sent {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly cache?: string;
  readonly isEmbedded?: boolean;
}

/**
 * The pages: `/app` (with what lies below, and the links of letters, `/account/…`), `/` and `/progress` for athletes,
 * `/races` and `/organiser` (each with `/{id}`), `/operations`, and `/product` for administrators.
 */
export function addPageRoutes(
  server: ApiServer,
  { files, mapStyleUrl }: PageRoutesDeps,
  source: Omit<RacePageDeps, 'page'>,
): void {
  const maps = mapStyleUrl === '' ? '' : ' https:';
  const policyFor = (ancestors: string) =>
    [
      "default-src 'none'",
      "script-src 'self'",
      "worker-src 'self' blob:",
      // The map and the charts set sizes and places on their own elements.
      "style-src 'self' 'unsafe-inline'",
      `img-src 'self' data: blob:${maps}`,
      // Named beside 'self', which older browsers do not take for WebSockets.
      `connect-src 'self' ws: wss:${maps}`,
      "manifest-src 'self'",
      "base-uri 'none'",
      "form-action 'self'",
      `frame-ancestors ${ancestors}`,
    ].join('; ');
  const policy = policyFor("'none'");
  // A board without anything to press that acts: any site may show it.
  const embeddedPolicy = policyFor('*');

  function send(address: string, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const file = files.get(address);
    if (file === undefined) throw new Problem('no_route', { detail: `GET ${address}` });
    // The names of those hold a hash of what is in them.
    const isKept = address.startsWith('/assets/');
    return sendFile(file, { request, reply, cache: isKept ? 'public, max-age=31536000, immutable' : 'no-cache' });
  }

  function sendFile(file: PageFile, { request, reply, cache = 'no-cache', isEmbedded = false }: Sent): FastifyReply {
    reply
      .header('content-security-policy', isEmbedded ? embeddedPolicy : policy)
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'no-referrer')
      .header('cache-control', cache)
      .header('vary', 'accept-encoding')
      .header('etag', file.etag);
    if (request.headers['if-none-match'] === file.etag) return reply.code(304).send();
    const accepted = String(request.headers['accept-encoding'] ?? '');
    const packing = (['br', 'gzip'] as const).find((name) => new RegExp(`\\b${name}\\b`).test(accepted));
    if (packing !== undefined) reply.header('content-encoding', packing);
    reply.type(file.type);
    return reply.send(packing === 'br' ? file.brotli : packing === 'gzip' ? file.gzipped : file.bytes);
  }

  const shown = { schema: { hide: true }, config: { audience: 'everybody' } } as const;
  for (const address of ['/', '/progress', '/operations', '/product']) {
    server.get(address, shown, (request, reply) => send(address, request, reply));
  }
  for (const address of ['/app', '/app/*', '/account/:letter']) {
    server.get(address, shown, (request, reply) => send('/app', request, reply));
  }
  for (const address of [...files.keys()].filter((name) => /^\/[\w-]+\.\w+$/.test(name))) {
    server.get(address, shown, (request, reply) => send(address, request, reply));
  }
  const page = files.get('/races');
  const racePage = page === undefined ? null : createRacePage({ ...source, page });
  for (const address of ['/races', '/races/:id']) {
    server.get<{ Querystring: { embed?: string }; Params: { id?: string } }>(address, shown, async (request, reply) => {
      const { query, params } = request;
      if (page === undefined || racePage === null) return send('/races', request, reply);
      // What is searched, filtered or embedded is drawn by the page alone.
      const isWhole = Object.keys(query).every((name) => name === 'athlete');
      const file = isWhole ? await racePage(params.id ?? '') : page;
      return sendFile(file, { request, reply, isEmbedded: query.embed === '1' });
    });
  }
  for (const address of ['/organiser', '/organiser/:id']) {
    server.get(address, shown, (request, reply) => send('/organiser', request, reply));
  }
  server.get('/assets/:name', shown, (request, reply) => send(request.url.split('?')[0], request, reply));
}
