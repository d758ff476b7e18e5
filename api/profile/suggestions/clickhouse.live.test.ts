import { closedAfterAll } from '../../../runtime/closings-for-tests.ts';
import { startTestClickHouse, type TestClickHouse } from '../../samples/stores-for-tests.ts';
import { createClickHouseQueries } from '../../stores/clickhouse-client.ts';
import { createClickHouseEvidenceReader } from './clickhouse.ts';
import { evidenceReaderConformance } from './conformance.ts';
import type { ShownEvidence } from './memory-reader.ts';
import { PACE_EFFORT, POWER_EFFORT } from './reader.ts';

const shared = closedAfterAll();

/** As processors write them: an older revision that shows more, and efforts of other lengths, count for nothing. */
async function insert(clickhouse: TestClickHouse, shown: readonly ShownEvidence[]): Promise<void> {
  const marksOf = ({ isMarked }: ShownEvidence) => (isMarked ? ['gaps'] : []);
  const activities = shown.flatMap((one) => {
    const { athlete, activity: id, sport, startMs: start, kind, value } = one;
    const heart = kind === 'heartRate' ? { value, quality: { marks: marksOf(one) } } : { value: null };
    const row = { athlete, id, sport, start, epoch: 1, status: 'finished' };
    return [
      { ...row, revision: 2, metrics: JSON.stringify({ max_heart_rate_bpm: heart }) },
      { ...row, revision: 1, metrics: JSON.stringify({ max_heart_rate_bpm: { value: 249, quality: { marks: [] } } }) },
    ];
  });
  const efforts = shown
    .filter(({ kind }) => kind !== 'heartRate')
    .flatMap((one) => {
      const { athlete, activity, kind, value, startMs } = one;
      const row = { athlete, activity, revision: 2, kind, value, start: startMs, end: startMs, marks: marksOf(one) };
      return [
        { ...row, name: kind === 'power' ? POWER_EFFORT : PACE_EFFORT },
        { ...row, name: '60 s', value: value * 2 },
        { ...row, name: kind === 'power' ? POWER_EFFORT : PACE_EFFORT, revision: 1, value: value * 2 },
      ];
    });
  await clickhouse.insertRows('efforts', efforts);
  await clickhouse.insertRows('activities', activities);
}

evidenceReaderConformance('ClickHouse', async () => {
  const clickhouse = await startTestClickHouse(shared.after);
  const client = createClickHouseQueries({ url: clickhouse.url, timeoutMs: 20_000, maxConnections: 4 });
  shared.after(() => client.close());
  return { reader: createClickHouseEvidenceReader(client), insert: (shown) => insert(clickhouse, shown) };
});
