import type { FastifyRequest } from 'fastify';
import type { Access } from './access.ts';
import { type About, type Audience, POLICY } from './policy.ts';
import type { ApiServer } from './server.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call the route. Of one that is in the document, its line in the policy. */
    audience?: Audience;
  }
}

/**
 * Judges every request by the policy before its handler runs. Call it before any route is added: adding one of which
 * the policy says nothing throws, so that a forgotten line stops the start and opens nothing.
 */
export function addAdmission(server: ApiServer, access: Access): void {
  server.addHook('onRoute', (route) => {
    const id = (route.schema as { operationId?: string } | undefined)?.operationId;
    const audience = id === undefined ? route.config?.audience : POLICY[id];
    if (audience === undefined) throw new Error(`${route.method} ${route.url} (${id}) has no line in api/policy.ts`);
    route.config = { ...route.config, audience };
  });
  server.addHook('preHandler', async (request) => {
    // Where nothing is served there is nothing to keep.
    if (request.is404) return;
    const { audience } = request.routeOptions.config;
    if (audience === 'everybody') return;
    if (audience === undefined) throw new Error(`${request.routeOptions.url} was added without an audience`);
    await access.admit(request, audience, aboutOf(request));
  });
}

/** The ids that an address names; where it has none the caller's own are meant. */
function aboutOf({ params, query }: FastifyRequest): About {
  const named = { ...(query as Record<string, string>), ...(params as Record<string, string>) };
  return { device: named.device, athlete: named.athlete };
}
