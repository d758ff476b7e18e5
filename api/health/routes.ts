import { Type } from 'typebox';
import type { Health } from '../../runtime/health.ts';
import type { Metrics } from '../../runtime/metrics.ts';
import type { ApiServer } from '../server.ts';

const Readiness = Type.Object(
  {
    ok: Type.Boolean(),
    checks: Type.Record(
      Type.String(),
      Type.Object({ ok: Type.Boolean(), detail: Type.Optional(Type.String()) }, { additionalProperties: false }),
    ),
  },
  { additionalProperties: false },
);

const json = <Schema>(description: string, schema: Schema) => ({
  description,
  content: { 'application/json': { schema } },
});

export function addHealthRoutes(server: ApiServer, { health, metrics }: { health: Health; metrics: Metrics }): void {
  const live = {
    operationId: 'isLive',
    summary: 'Whether the process can answer',
    tags: ['operation'],
    security: [],
    response: {
      200: json('It can', Type.Object({ ok: Type.Boolean() }, { additionalProperties: false })),
    },
  };
  server.get('/health/live', { schema: live }, async () => ({ ok: true }));

  const ready = {
    operationId: 'isReady',
    summary: 'Whether everything the process needs is there',
    tags: ['operation'],
    security: [],
    response: {
      200: json('Ready: every check holds', Readiness),
      503: json('Not ready: the checks say why', Readiness),
    },
  };
  server.get('/health/ready', { schema: ready }, async (_request, reply) => {
    const readiness = await health.readiness();
    return reply.code(readiness.ok ? 200 : 503).send(readiness);
  });

  const scrape = {
    operationId: 'readMetrics',
    summary: "The process's metrics, for Prometheus",
    tags: ['operation'],
    security: [],
    response: {
      200: { description: 'Text exposition format', content: { 'text/plain': { schema: Type.String() } } },
    },
  };
  server.get('/metrics', { schema: scrape }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  );
}
