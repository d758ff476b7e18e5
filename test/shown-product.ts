import type { TestContext } from 'node:test';
import { type PersonGiven, personOf } from '../api/product/event.arbitrary.ts';
import { createRandom } from '../runtime/memory-random.ts';
import { PERSON, showApp } from './shown-app.ts';

const DAY_MS = 86_400_000;
const WEEKS = 14;
const PEOPLE_A_WEEK = 16;

/**
 * The page of administrators over the API with a twin in place of ClickHouse: fourteen weeks in which some people sign
 * up, of whom some log every week, some now and then, and some never. Ann is an administrator.
 */
export async function showProduct(t: Pick<TestContext, 'after'>) {
  const app = await showApp(t);
  await app.register();
  const random = createRandom(7);
  const nowMs = app.clock.nowMs();
  for (let ago = WEEKS; ago > 0; ago--) {
    for (let i = 0; i < PEOPLE_A_WEEK; i++) {
      for (const event of personOf(someone(nowMs, ago, random))) await app.product.write(event);
    }
  }
  const { kysely } = app.database;
  const grant = async (roles: string[]) => {
    const { id, version } = await kysely.selectFrom('accounts').select(['id', 'version']).executeTakeFirstOrThrow();
    const headers = { 'if-match': `"account-${version}"` };
    const url = `/v1/accounts/${id}/roles`;
    return app.ask({ method: 'PUT', url, payload: { roles }, headers }, 'operator');
  };
  return { ...app, url: `${app.origin}/product`, appUrl: app.url, grant, person: PERSON };
}

/** Who signed up so many weeks ago, and how well they kept at it. */
function someone(nowMs: number, ago: number, random: () => number): PersonGiven {
  const signedMs = nowMs - ago * 7 * DAY_MS + Math.floor(random() * 6 * DAY_MS);
  const isVerified = random() < 0.9;
  const keenness = isVerified ? random() : 0;
  const later = Array.from({ length: ago * 7 }, (_, day) => signedMs + day * DAY_MS).filter((atMs) => atMs < nowMs);
  const logged = later.filter(() => random() < (keenness > 0.35 ? 0.45 * keenness : 0.004));
  return { signedMs, isVerified, logged, here: later.filter(() => random() < 0.5 * keenness) };
}
