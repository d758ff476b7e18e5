import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { createClient } from '@clickhouse/client';
import { Sender } from '@questdb/nodejs-client';
import { connectAsync } from 'mqtt';

export interface NodeDeveloperPlan {
  readonly mqtt: string;
  readonly questdb: string;
  readonly clickhouse: string;
}

/**
 * The service as somebody would write it from the README of each library: subscribe, parse JSON, a row a sample into
 * QuestDB's client, objects into ClickHouse's, flush when there are many or every half second. It checks nothing,
 * knows no repeats, and acknowledges a message before it is stored.
 */
const FLUSH_ROWS = 10_000;
const FLUSH_MS = 500;

type Sample = { ts: number } & Record<string, number>;

const input = createInterface({ input: process.stdin });
input.on('close', () => process.exit(0));
const [line] = (await once(input, 'line')) as [string];
const plan = JSON.parse(line) as NodeDeveloperPlan;

const sender = await Sender.fromConfig(`http::addr=${new URL(plan.questdb).host};auto_flush=off;`);
const clickhouse = createClient({ url: plan.clickhouse });
let rows: Record<string, unknown>[] = [];
let flushing: Promise<void> | null = null;

async function flush(): Promise<void> {
  const values = rows;
  rows = [];
  const inserted = clickhouse.insert({ table: 'samples', values, format: 'JSONEachRow' });
  await sender.flush();
  await inserted;
}

function flushSoon(): void {
  if (flushing !== null || rows.length === 0) return;
  flushing = flush()
    .finally(() => {
      flushing = null;
    })
    .catch((error) => {
      // A row lost would make the comparison worthless: the run ends here and says so.
      console.error(error);
      process.exit(1);
    });
}

await clickhouse.command({
  query:
    'CREATE TABLE IF NOT EXISTS samples (device LowCardinality(String), ts DateTime64(3), ' +
    'heart_rate Nullable(Int32), ' +
    'latitude Nullable(Int32), longitude Nullable(Int32), altitude Nullable(Int32), speed Nullable(Int32), ' +
    'distance Nullable(Int32), cadence Nullable(Int32), power Nullable(Int32)) ' +
    'ENGINE = MergeTree ORDER BY (device, ts)',
});
const client = await connectAsync(plan.mqtt, { clientId: 'node-developer' });
client.on('message', (_topic, payload) => {
  const { device, samples } = JSON.parse(payload.toString()) as { device: string; samples: Sample[] };
  for (const { ts, ...values } of samples) {
    sender.table('node_samples').symbol('device', device);
    for (const [name, value] of Object.entries(values)) sender.intColumn(name, value);
    sender.at(ts, 'ms');
    rows.push({ device, ts, ...values });
  }
  if (rows.length >= FLUSH_ROWS) flushSoon();
});
setInterval(flushSoon, FLUSH_MS);
await client.subscribeAsync('json/+', { qos: 1 });
console.log('subscribed');
