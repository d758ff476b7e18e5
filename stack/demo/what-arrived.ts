import { setTimeout as delay } from 'node:timers/promises';
import { quantileOf, readHistogram } from '../../runtime/metrics-page.ts';
import { distinctRowsBeforeSql } from '../../schemas/sql/ledger-queries.ts';
import type { StackUrls } from '../stack-urls.ts';
import type { Arrived, LedgerAnswer, StoreArrival } from './table.ts';

const SETTLE_TIMEOUT_MS = 60_000;
const LOOK_EVERY_MS = 500;
const ANSWER_TIMEOUT_MS = 10_000;

/**
 * Waits, within a bound, until nothing is on its way any more and both stores hold the same rows, and says what is
 * there then of all that was measured before `beforeMs`.
 */
export async function whatArrived(
  urls: StackUrls,
  token: string,
  beforeMs: number,
  signal: AbortSignal,
): Promise<Arrived> {
  const untilMs = Date.now() + SETTLE_TIMEOUT_MS;
  for (;;) {
    const arrived = await look(urls, token, beforeMs, signal);
    if (isSettled(arrived) || Date.now() > untilMs) return arrived;
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
}

function isSettled({ stores, ledger }: Arrived): boolean {
  return (
    new Set(stores.map(({ rows }) => rows)).size === 1 &&
    ledger.balanced &&
    ledger.stores.every(({ inFlight }) => inFlight === 0)
  );
}

async function look(urls: StackUrls, token: string, beforeMs: number, signal: AbortSignal): Promise<Arrived> {
  const either = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
  const get = async (url: string, headers: Readonly<Record<string, string>> = {}) => {
    const response = await fetch(url, { headers, signal: either });
    if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
    return response;
  };
  const page = await (await get(`${urls.processorsAdmin}/metrics`)).text();
  const latency = (store: string): Omit<StoreArrival, 'store' | 'rows'> => {
    const reading = readHistogram(page, 'sink_latency_ms', { store });
    return { p50Ms: quantileOf(reading, 0.5), p99Ms: quantileOf(reading, 0.99) };
  };
  const ledger = await get(`${urls.api}/v1/ledger`, { authorization: `Bearer ${token}` });
  const sql = distinctRowsBeforeSql(beforeMs);
  const hot = await get(`${urls.questdb}/exec?query=${encodeURIComponent(sql.questdb)}`);
  const cold = await get(`${urls.clickhouse}/?query=${encodeURIComponent(sql.clickhouse)}`);
  const { dataset } = (await hot.json()) as { dataset: [[number]] };
  return {
    stores: [
      { store: 'QuestDB', rows: Number(dataset[0][0]), ...latency('questdb') },
      { store: 'ClickHouse', rows: Number(await cold.text()), ...latency('clickhouse') },
    ],
    ledger: (await ledger.json()) as LedgerAnswer,
  };
}
