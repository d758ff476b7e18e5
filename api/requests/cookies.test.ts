import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FastifyReply } from 'fastify';
import { createCookies } from './cookies.ts';

function given(isSecure: boolean): string[] {
  const lines: string[] = [];
  const reply = { header: (_name: string, value: string[]) => lines.push(...value) } as unknown as FastifyReply;
  createCookies({ isSecure }).set(reply, { accessToken: 'ssa_a', refreshToken: 'ssr_b', expiresMs: 0 });
  return lines;
}

const EXPIRES = 'Expires=Thu, 01 Jan 1970 00:00:00 GMT';

test('behind https cookies are bound to this host and to https', () => {
  assert.deepEqual(given(true), [
    `__Host-slipstream=ssa_a; Path=/; ${EXPIRES}; HttpOnly; Secure; SameSite=Strict`,
    `__Secure-slipstream-refresh=ssr_b; Path=/v1/sessions/refresh; ${EXPIRES}; HttpOnly; Secure; SameSite=Strict`,
  ]);
});

test('a cookie of a name that another host could set is not looked at behind https', () => {
  const cookies = createCookies({ isSecure: true });
  assert.equal(cookies.accessOf({ headers: { cookie: 'slipstream=ssa_x' } }), null);
  assert.equal(cookies.accessOf({ headers: { cookie: 'a=b; __Host-slipstream=ssa_x' } }), 'ssa_x');
});
