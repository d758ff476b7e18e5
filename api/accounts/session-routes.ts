import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { Access } from '../access.ts';
import { Problem } from '../problem.ts';
import { assertSameOrigin, type Cookies } from '../requests/cookies.ts';
import { PageQuery, readPage } from '../requests/paging.ts';
import type { ApiServer } from '../server.ts';
import type { AccountService } from './account-service.ts';
import {
  ANYBODY,
  changes,
  guesses,
  instead,
  json,
  NOTHING,
  OWN_PROBLEMS,
  reads,
  SOMEBODY,
  takes,
  whence,
} from './route-parts.ts';
import type { SecondFactors } from './second-factor/second-factors.ts';
import { AskedForSecondFactor, Completion } from './second-factor/statements.ts';
import type { Sessions, SessionTokens } from './sessions.ts';
import * as said from './statements.ts';

export interface SessionRoutesDeps {
  readonly access: Access;
  readonly accounts: AccountService;
  readonly secondFactors: SecondFactors;
  readonly sessions: Sessions;
  readonly cookies: Cookies;
}

const CURSOR = [/^\d{1,14}$/, new RegExp(said.Uuid.pattern)] as const;
const SessionParams = Type.Object({ id: Type.String(said.Uuid) });

/** Logging in and out, on this device and others. */
export function addSessionRoutes(server: ApiServer, deps: SessionRoutesDeps): void {
  const { access, accounts, secondFactors, sessions, cookies } = deps;

  function answer(reply: FastifyReply, tokens: SessionTokens, as: 'cookie' | 'token') {
    const { session, accessExpiresMs, expiresMs, accessToken, refreshToken } = tokens;
    if (as === 'token') return { session, accessToken, accessExpiresMs, refreshToken, expiresMs };
    cookies.set(reply, tokens);
    return { session, accessToken: null, accessExpiresMs, refreshToken: null, expiresMs };
  }

  server.post(
    '/v1/sessions',
    {
      ...guesses,
      schema: {
        ...ANYBODY,
        operationId: 'logIn',
        summary: 'Log in',
        description:
          'After some wrong guesses the address is locked for a while, whether it has an account or not. A repeat ' +
          'opens another session, so it takes no idempotency key: its answer holds secrets, which are not kept.',
        body: said.LogIn,
        response: {
          201: json('A session is open', said.OpenedSession),
          202: json('The password is right, and a second factor is asked for', AskedForSecondFactor),
          ...instead('bad_request', 'wrong_credentials', 'cross_site', 'too_many_attempts', 'busy'),
        },
      },
    },
    async (request, reply) => {
      if (request.body.as === 'cookie') assertSameOrigin(request);
      const done = await accounts.logIn(request.body, whence(request));
      if ('challenge' in done) return reply.code(202).send({ next: 'second_factor', ...done });
      return reply.code(201).send(answer(reply, done, request.body.as));
    },
  );

  server.post(
    '/v1/sessions/completions',
    {
      ...guesses,
      schema: {
        ...ANYBODY,
        operationId: 'completeLogIn',
        summary: 'Log in, the second step: the challenge of the first, and a code',
        description:
          'The session comes as it was asked for in the first step. A code is good once. A challenge is good for ' +
          'five minutes, five codes and one session, for the program that took the first step, by its User-Agent.',
        body: Completion,
        response: {
          201: json('A session is open', said.OpenedSession),
          ...instead(
            ...(['bad_request', 'bad_challenge', 'wrong_code', 'cross_site'] as const),
            ...(['too_many_attempts', 'second_factor_off'] as const),
          ),
        },
      },
    },
    async (request, reply) => {
      const as = await secondFactors.wantedAs(request.body.challenge, whence(request));
      if (as === 'cookie') assertSameOrigin(request);
      const tokens = await secondFactors.completeLogIn(request.body, whence(request));
      reply.code(201);
      return answer(reply, tokens, as);
    },
  );

  server.post(
    '/v1/sessions/refresh',
    {
      ...{ ...takes, ...changes },
      schema: {
        ...ANYBODY,
        operationId: 'refreshSession',
        summary: 'The next pair of tokens for a refresh token, which is then used up',
        description: 'One that comes a second time was stolen: its session ends.',
        body: said.Refresh,
        response: {
          200: json('The next tokens', said.OpenedSession),
          ...instead('bad_request', 'bad_refresh_token', 'cross_site'),
        },
      },
    },
    async (request, reply) => {
      const given = request.body.refreshToken ?? null;
      const fromCookie = given === null ? cookies.refreshOf(request) : null;
      if (fromCookie !== null) assertSameOrigin(request);
      const token = given ?? fromCookie;
      const tokens = token === null ? null : await sessions.refresh(token, whence(request));
      if (tokens === null) {
        if (fromCookie !== null) cookies.clear(reply);
        throw new Problem('bad_refresh_token');
      }
      return answer(reply, tokens, fromCookie === null ? 'token' : 'cookie');
    },
  );

  server.get(
    '/v1/sessions',
    {
      ...reads,
      schema: {
        ...SOMEBODY,
        operationId: 'listSessions',
        summary: "One's own open sessions, the newest first",
        querystring: PageQuery,
        response: { 200: json('A page', said.SessionList), ...instead(...OWN_PROBLEMS) },
      },
    },
    async (request) => {
      const { account, session } = await access.requireAccount(request);
      const asked = readPage(request.query, CURSOR);
      const { page, next } = await sessions.list(account, asked);
      return {
        sessions: page.map(({ id, created_at, seen_at, expires_at, agent, address }) => ({
          ...{ id, isCurrent: id === session, createdMs: created_at.getTime(), seenMs: seen_at.getTime() },
          ...{ expiresMs: expires_at.getTime(), agent, address },
        })),
        next,
      };
    },
  );

  server.delete(
    '/v1/sessions',
    {
      ...changes,
      schema: {
        ...SOMEBODY,
        operationId: 'logOutEverywhere',
        summary: 'Log out everywhere',
        response: { ...NOTHING, ...instead(...OWN_PROBLEMS) },
      },
    },
    async (request, reply) => {
      const caller = await access.requireAccount(request);
      await accounts.endSessions(caller, 'all', 'logged_out_everywhere', whence(request));
      if (cookies.accessOf(request) !== null) cookies.clear(reply);
      reply.code(204);
    },
  );

  server.delete(
    '/v1/sessions/current',
    {
      ...changes,
      schema: {
        ...SOMEBODY,
        operationId: 'logOut',
        summary: 'Log out',
        response: { ...NOTHING, ...instead(...OWN_PROBLEMS) },
      },
    },
    async (request, reply) => {
      const caller = await access.requireAccount(request);
      await accounts.endSessions(caller, { session: caller.session }, 'logged_out', whence(request));
      if (cookies.accessOf(request) !== null) cookies.clear(reply);
      reply.code(204);
    },
  );

  server.delete(
    '/v1/sessions/:id',
    {
      ...changes,
      schema: {
        ...SOMEBODY,
        operationId: 'endSession',
        summary: "End one of one's own sessions",
        params: SessionParams,
        response: { ...NOTHING, ...instead(...OWN_PROBLEMS, 'unknown_session') },
      },
    },
    async (request, reply) => {
      const caller = await access.requireAccount(request);
      const which = { session: request.params.id };
      const ended = await accounts.endSessions(caller, which, 'session_ended', whence(request));
      if (ended === 0) throw new Problem('unknown_session');
      reply.code(204);
    },
  );
}
