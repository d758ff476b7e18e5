import rateLimit from '@fastify/rate-limit';
import { Problem } from '../problem.ts';
import type { ApiServer } from '../server.ts';

/**
 * How often one address may ask, by what it asks for: `config: { rateLimit: RATE_LIMITS.guess }` at a route. Routes
 * without one are not limited. Each process counts by itself.
 */
export const RATE_LIMITS = {
  /** What costs a password's hash or sends mail. */
  guess: { max: 20, timeWindow: 60_000, groupId: 'guess' },
  /** What changes something. */
  change: { max: 120, timeWindow: 60_000, groupId: 'change' },
  read: { max: 1_200, timeWindow: 60_000, groupId: 'read' },
} as const;

/** All limits at once, times this: 1, and for tests more, or 0. */
export interface RateFactor {
  readonly factor: number;
}

/** Addresses that are remembered; beyond them the one that asked longest ago is forgotten. */
const MAX_ADDRESSES = 20_000;

/**
 * Answers 429 beyond a limit, and says with each answer how much is left (draft-ietf-httpapi-ratelimit-headers):
 * RateLimit-Limit, RateLimit-Remaining and RateLimit-Reset in seconds. Call it before any route is added.
 */
export async function addRateLimits(server: ApiServer, rates: RateFactor): Promise<void> {
  // Before the library's own hook, which reads what this one leaves.
  server.addHook('onRoute', (route) => {
    const own = route.config?.rateLimit;
    if (!own || typeof own.max !== 'number') return;
    const { max } = own;
    route.config = { ...route.config, rateLimit: { ...own, max: () => Math.floor(max * rates.factor) } };
  });
  await server.register(rateLimit, {
    global: false,
    cache: MAX_ADDRESSES,
    enableDraftSpec: true,
    // Of an IPv6 address the network: whoever has one has 2^64 of them.
    ipv6Subnet: 64,
    errorResponseBuilder: (_request, { ttl }) =>
      new Problem('too_many_requests', { detail: `again in ${Math.ceil(ttl / 1_000)} s` }),
  });
}
