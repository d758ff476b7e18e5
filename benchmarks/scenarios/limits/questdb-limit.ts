import { join } from 'node:path';
import { createIlpEncoder } from '../../../processors/questdb/ilp-encoder.ts';
import { createQuestDbClient } from '../../../processors/questdb/questdb-client.ts';
import { createQuestDbSink } from '../../../processors/questdb/sink.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { createBatchReader } from '../../../schemas/batch/reader.ts';
import { freePort } from '../../../stack/ports.ts';
import { startQuestDb } from '../../../stack/questdb.ts';
import { makeBlocks } from '../../blocks.ts';
import { openAccount } from '../../cpu-account.ts';
import { createDeviceTime } from '../../device-time.ts';
import type { ScenarioDeps } from '../../scenario.ts';
import type { Limit } from './limit.ts';
import { untilCount } from './until-count.ts';

const ROWS_PER_REQUEST = 100_000;
const REQUESTS_AT_ONCE = 2;
const DAY_MS = 86_400_000;

/** Line protocol that is ready, over two connections into our table with its de-duplication. */
export async function createQuestDbLimit({ options, release, signal }: ScenarioDeps, dir: string): Promise<Limit> {
  const engine = await startQuestDb({
    dir: join(dir, 'questdb'),
    httpPort: await freePort(),
    pgPort: await freePort(),
  });
  release.add('questdb', () => engine.stop(), { timeoutMs: 20_000 });
  const url = engine.urls.http;
  // The sink brings the schema, and writes nothing here.
  const sink = createQuestDbSink({ url, clock: systemClock, hotRetentionMs: 7 * DAY_MS, maxWalLagTransactions: 1_000 });
  await sink.open();
  release.add("QuestDB's schema", () => sink.close());
  const deviceTime = createDeviceTime();
  const { devices, samplesPerFrame, sampleGapMs } = options;
  let before = 0;

  return {
    name: 'questdb',
    async run(samples) {
      const framesPerDevice = Math.ceil(samples / samplesPerFrame / devices);
      const agoS = deviceTime.take((framesPerDevice * samplesPerFrame * sampleGapMs) / 1_000);
      const requests = encode({ ...options, framesPerDevice, startMs: Date.now() - agoS * 1_000 });
      const bytes = requests.reduce((sum, { length }) => sum + length, 0);
      const sent = framesPerDevice * samplesPerFrame * devices;
      const clients = await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, () => createQuestDbClient(url)));
      const close = openAccount(new Map([['questdb', engine.pid]]));
      await Promise.all(
        clients.map(async (client) => {
          for (let lines = requests.shift(); lines; lines = requests.shift()) await client.send(lines);
        }),
      );
      const rows = await untilCount('questdb', before + sent, { questdb: url, clickhouse: '' }, signal);
      const { elapsedMs, cpuMs } = close();
      await Promise.all(clients.map((client) => client.close()));
      const found = rows - before;
      before = rows;
      return { sent, found, bytes, elapsedMs, engineCpuMs: cpuMs.questdb };
    },
  };
}

function encode(plan: Parameters<typeof makeBlocks>[0]): Buffer[] {
  const encoder = createIlpEncoder();
  const read = createBatchReader();
  const requests: Buffer[] = [];
  let rows = 0;
  const take = () => {
    requests.push(Buffer.from(encoder.bytes()));
    encoder.clear();
    rows = 0;
  };
  for (const block of makeBlocks(plan)) {
    rows += encoder.appendBatch(read('samples', block), 0);
    if (rows >= ROWS_PER_REQUEST) take();
  }
  if (rows > 0) take();
  return requests;
}
