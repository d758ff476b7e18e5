import { join } from 'node:path';
import { createClickHouse } from '../../../processors/clickhouse/clickhouse-client.ts';
import { createClickHouseSink } from '../../../processors/clickhouse/sink.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { startClickHouse } from '../../../stack/clickhouse.ts';
import { freePort } from '../../../stack/ports.ts';
import { makeBlocks } from '../../blocks.ts';
import { openAccount } from '../../cpu-account.ts';
import { createDeviceTime } from '../../device-time.ts';
import type { ScenarioDeps } from '../../scenario.ts';
import type { Limit } from './limit.ts';
import { untilCount } from './until-count.ts';

const BLOCKS_PER_INSERT = 625;
const INSERT = 'INSERT INTO slipstream.samples SETTINGS optimize_on_insert = 0 FORMAT Native';

/** Native blocks of 400 rows that are ready, 250,000 rows an insert, one insert at a time, into our table. */
export async function createClickHouseLimit({ options, release, signal }: ScenarioDeps, dir: string): Promise<Limit> {
  const engine = await startClickHouse({
    dir: join(dir, 'clickhouse'),
    port: await freePort(),
    user: 'default',
    password: '',
  });
  release.add('clickhouse', () => engine.stop(), { timeoutMs: 20_000 });
  const url = engine.urls.http;
  // The sink brings the schema, and writes nothing here.
  const sink = createClickHouseSink({ url, clock: systemClock });
  await sink.open();
  release.add("ClickHouse's schema", () => sink.close());
  const client = createClickHouse(url);
  release.add("ClickHouse's client", () => client.close());
  const deviceTime = createDeviceTime();
  const { devices, samplesPerFrame, sampleGapMs } = options;
  let before = 0;

  return {
    name: 'clickhouse',
    async run(samples) {
      const framesPerDevice = Math.ceil(samples / samplesPerFrame / devices);
      const agoS = deviceTime.take((framesPerDevice * samplesPerFrame * sampleGapMs) / 1_000);
      const blocks = makeBlocks({ ...options, framesPerDevice, startMs: Date.now() - agoS * 1_000 });
      const bytes = blocks.reduce((sum, { length }) => sum + length, 0);
      const sent = framesPerDevice * samplesPerFrame * devices;
      const close = openAccount(new Map([['clickhouse', engine.pid]]));
      for (let at = 0; at < blocks.length; at += BLOCKS_PER_INSERT) {
        signal.throwIfAborted();
        await client.insert(INSERT, blocks.slice(at, at + BLOCKS_PER_INSERT));
      }
      const rows = await untilCount('clickhouse', before + sent, { questdb: '', clickhouse: url }, signal);
      const { elapsedMs, cpuMs } = close();
      const found = rows - before;
      before = rows;
      return { sent, found, bytes, elapsedMs, engineCpuMs: cpuMs.clickhouse };
    },
  };
}
