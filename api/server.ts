import { randomUUID } from 'node:crypto';
import swagger from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyError, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { Type } from 'typebox';
import { KvUnavailableError } from '../runtime/kv/kv.ts';
import type { Logger } from '../runtime/log.ts';
import { ObjectsUnavailableError } from '../runtime/objects/objects.ts';
import { LogFullError, LogUnavailableError } from '../runtime/stream/stream.ts';
import { FIELD_RULES, type FieldRule } from '../schemas/field-rules.ts';
import { isDatabaseAway } from './database/database.ts';
import { PROBLEM_MEDIA_TYPE, Problem, type ProblemName } from './problem.ts';
import { StoreUnavailableError } from './samples/reader.ts';
import { createBuildValidator } from './validators.ts';

const buildValidator = createBuildValidator();

export interface ServerDeps {
  readonly log: Logger;
  readonly version: string;
}

/**
 * The HTTP server without its routes: OpenAPI 3.1 at /openapi.json, one line in the log for each request, and every
 * way to fail answered as problem details. Answers are written by JSON.stringify: a response schema documents, and the
 * tests hold the answers to it, but nothing is left out on the way because a schema forgot it.
 */
export async function createServer({ log, version }: ServerDeps) {
  const server = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    // A child of the log for each request costs more than it tells: whoever writes a line names the request.
    childLoggerFactory: (logger) => logger,
    genReqId: () => randomUUID(),
    // While draining, a request that still comes in on an open connection is answered, and the connection then closed.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    requestTimeout: 30_000,
    frameworkErrors: (error, request, reply) => send(toProblem(error), request, reply),
    routerOptions: { maxParamLength: 128 },
    schemaController: { compilersFactory: { buildValidator } },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true, allErrors: true } },
  }).withTypeProvider<TypeBoxTypeProvider>();

  // Nothing is sent as plain text: what says that it is gets told so, and no handler finds a string in place of a file.
  server.removeContentTypeParser('text/plain');
  server.setSerializerCompiler(() => (body) => JSON.stringify(body));
  server.setErrorHandler((error: FastifyError, request, reply) => send(toProblem(error), request, reply));
  server.setNotFoundHandler((request, reply) => {
    send(new Problem('no_route', { detail: `${request.method} ${request.url}` }), request, reply);
  });
  // Looking for fields to mask costs more than the line itself, and these fields are none of those.
  const answers = log.child({}, { redact: [] });
  server.addHook('onResponse', (request, { statusCode, elapsedTime }, done) => {
    const { id: reqId, method, url, routeOptions } = request;
    const isQuiet = routeOptions.url?.startsWith('/health') || routeOptions.url === '/metrics';
    const ms = Math.round(elapsedTime * 10) / 10;
    answers[isQuiet ? 'debug' : 'info']({ reqId, method, url, statusCode, ms }, 'answered');
    done();
  });

  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Slipstream',
        version,
        description: "Sports telemetry: what the devices sent, and how the platform's stores stand.",
      },
      servers: [{ url: '/', description: 'Where this document came from' }],
      tags: [
        { name: 'accounts', description: 'People: registering, logging in, sessions' },
        { name: 'workouts', description: 'What people did, measured or entered by hand, and what they say of it' },
        { name: 'devices', description: 'Devices of an account: pairing by code, and how they are' },
        { name: 'product', description: 'What the business learns of people who agreed to be counted' },
        { name: 'health', description: 'Health stores of phones: what they push, and what a day consists of' },
        { name: 'profile', description: 'What athletes say of themselves' },
        { name: 'notifications', description: 'What people are told of, and where' },
        { name: 'activities', description: 'What athletes did' },
        { name: 'athletes', description: 'What follows from it: records, and the load on their gear' },
        { name: 'progress', description: 'Athletes against themselves: comparisons, trends, form, records over time' },
        { name: 'races', description: 'Races and their live boards, for everybody' },
        { name: 'organisers', description: 'Setting races up and running them, for those whose they are' },
        { name: 'samples', description: 'What devices measured' },
        { name: 'operation', description: 'For those who run the platform' },
      ],
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description:
              "A device's own token, an operator's, or for races an organiser's: EdDSA, as devices use for MQTT. " +
              'Or the access token of a session, which a browser sends as a cookie instead.',
          },
        },
      },
    },
  });
  return server;
}

export type ApiServer = Awaited<ReturnType<typeof createServer>>;

/** Served last, when every route is known. */
export function addDocumentRoute(server: ApiServer): void {
  const schema = {
    operationId: 'readDocument',
    summary: 'This document',
    tags: ['operation'],
    security: [],
    response: {
      200: {
        description: 'OpenAPI 3.1',
        content: { 'application/json': { schema: Type.Object({ openapi: Type.String() }) } },
      },
    },
  };
  server.get('/openapi.json', { schema }, async () => server.swagger() as { openapi: string });
}

/** Aborts when the client is gone before its answer was written, so that no store works for nobody. */
export function whenGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort(new Error('the client is gone'));
  });
  return gone.signal;
}

function toProblem(error: FastifyError | Error): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof StoreUnavailableError) return storeProblem(error.store, error);
  if (error instanceof KvUnavailableError || error instanceof LogUnavailableError || error instanceof LogFullError)
    return storeProblem('nats', error);
  if (error instanceof ObjectsUnavailableError) return storeProblem('objects', error);
  if (isDatabaseAway(error)) return storeProblem('postgresql', error);
  if ('validation' in error && error.validation) {
    const errors = error.validation.map(({ instancePath, params, message, keyword }) => ({
      parameter: instancePath.slice(1) || String(params.additionalProperty ?? params.missingProperty ?? ''),
      message: params.additionalProperty === undefined ? (message ?? 'is wrong') : 'is not a parameter of this address',
      ...(isFieldRule(keyword) && { rule: keyword }),
      ...(typeof params.limit === 'number' && { limit: params.limit }),
    }));
    const detail = errors.map(({ parameter, message }) => `${parameter}: ${message}`).join('; ');
    return new Problem('invalid_request', { detail, errors }, { cause: error });
  }
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500;
  const name: ProblemName = status >= 400 && status < 500 ? 'bad_request' : 'internal_error';
  // What went wrong inside stays in the log.
  return new Problem(name, name === 'bad_request' ? { detail: error.message } : {}, { cause: error });
}

const isFieldRule = (name: string): name is FieldRule => (FIELD_RULES as readonly string[]).includes(name);

/** The store's own words may hold addresses and SQL: they stay in the log. */
function storeProblem(store: string, cause: Error): Problem {
  const detail = `${store} gave no answer that can be used; ask again later`;
  return new Problem('store_unavailable', { store, detail }, { cause });
}

function send(problem: Problem, request: FastifyRequest, reply: FastifyReply): void {
  const { status } = problem;
  if (status >= 500) request.log.error({ reqId: request.id, err: problem.cause ?? problem }, problem.message);
  if (status === 401) reply.header('www-authenticate', wwwAuthenticate(problem.problem));
  if (status === 503) reply.header('retry-after', '5');
  if (problem.retryAfterS !== undefined) reply.header('retry-after', String(problem.retryAfterS));
  void reply
    .code(status)
    .type(PROBLEM_MEDIA_TYPE)
    .send(JSON.stringify(problem.body(request.id)));
}

/** RFC 6750, section 3: no error code when no token came. */
function wwwAuthenticate(name: ProblemName): string {
  return name === 'missing_token' ? 'Bearer' : 'Bearer error="invalid_token"';
}
