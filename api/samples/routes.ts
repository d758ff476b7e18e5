import { Type } from 'typebox';
import type { Clock } from '../../runtime/clock.ts';
import { DEVICE_PATTERN } from '../../schemas/identity.ts';
import { type Access, TOKEN_PROBLEMS } from '../access.ts';
import { Problem, problemResponses } from '../problem.ts';
import { type ApiServer, whenGone } from '../server.ts';
import type { SampleHistory } from './history.ts';
import { bucketsPage, Page, samplesPage } from './page.ts';
import { readQuestion, SamplesQuery, type SamplesQuestion } from './query.ts';

export interface SampleRoutesDeps {
  readonly history: SampleHistory;
  readonly access: Access;
  readonly clock: Clock;
}

export function addSampleRoutes(server: ApiServer, { history, access, clock }: SampleRoutesDeps): void {
  const schema = {
    operationId: 'readSamples',
    summary: "A device's samples over any time, as they came or resampled",
    description:
      'Recent samples come from the hot store and older ones from the history; the answer does not show the border. ' +
      'Pages are whole or not given at all: when a store that is needed cannot answer, so says a 503.',
    tags: ['samples'],
    security: [{ token: [] }],
    params: Type.Object({
      device: Type.String({ pattern: DEVICE_PATTERN.source, description: 'The id of the device' }),
    }),
    querystring: SamplesQuery,
    response: {
      200: { description: 'One page', content: { 'application/json': { schema: Page } } },
      ...problemResponses(
        'wrong_device',
        'unknown_device',
        'invalid_request',
        'internal_error',
        'store_unavailable',
        ...TOKEN_PROBLEMS,
      ),
    },
  };

  server.get('/v1/devices/:device/samples', { schema }, async (request, reply) => {
    const { device } = request.params;
    const caller = await access.require(request, { device });
    const question = readQuestion(device, request.query, clock.nowMs());
    const page = await readPage(question, whenGone(reply));
    const isEmpty = 'samples' in page ? page.samples.length === 0 : page.buckets.length === 0;
    // A device's own token proves that it exists; for an operator an unknown id is more likely a slip of the pen.
    if (isEmpty && question.after === null && caller.kind === 'operator') await assertKnown(question);
    return page;
  });

  async function readPage(question: SamplesQuestion, signal: AbortSignal) {
    const { stepMs, limit, after, ...common } = question;
    // One more than the page holds tells whether there is a next one.
    const query = { ...common, limit: limit + 1 };
    if (stepMs === null) return samplesPage(question, await history.rows({ ...query, after }, signal));
    const afterBucket = after && { startMs: after.tsMs, source: after.source };
    const buckets = await history.buckets({ ...query, stepMs, after: afterBucket }, signal);
    return bucketsPage({ ...question, stepMs }, buckets);
  }

  async function assertKnown({ kind, device }: SamplesQuestion): Promise<void> {
    if (!(await history.hasDevice(kind, device))) throw new Problem('unknown_device', { detail: device });
  }
}
