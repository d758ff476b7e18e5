import { systemClock } from '../../../runtime/clock.ts';
import { askStore, type StoreUrls } from '../../deployment/store-rows.ts';
import { count } from '../../words.ts';

const DEVICES = 1_000;
const ROWS_PER_STATEMENT = 5_000_000;
/** The filling ends where the loads begin: see `device-time.ts`. */
const ENDS_DAYS_AGO = 6;
const SPANS_DAYS = 0.9;
const DAY_MS = 86_400_000;
const SETTLE_TIMEOUT_MS = 600_000;
const LOOK_EVERY_MS = 500;

interface Deps {
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Has both stores make `rows` samples of a thousand devices themselves, which is faster than sending any. Resolves when
 * both show them and have nothing left to apply or merge. Throws when one does not get there in ten minutes.
 */
export async function fillStores(urls: StoreUrls, rows: number, { say, signal }: Deps): Promise<void> {
  const endsMs = Date.now() - ENDS_DAYS_AGO * DAY_MS;
  const startMs = Math.floor(endsMs - SPANS_DAYS * DAY_MS);
  // Whole microseconds between two rows; every row has a time of its own.
  const gapUs = Math.floor((SPANS_DAYS * DAY_MS * 1_000) / rows);
  say(`storing ${count(rows)} samples`);
  for (let from = 0; from < rows; from += ROWS_PER_STATEMENT) {
    signal.throwIfAborted();
    const n = Math.min(ROWS_PER_STATEMENT, rows - from);
    await Promise.all([
      runStatement(
        `${urls.questdb}/exec?query=${encodeURIComponent(questDbRows(startMs, gapUs, from, n))}`,
        '',
        signal,
      ),
      runStatement(`${urls.clickhouse}/`, clickHouseRows(startMs, gapUs, from, n), signal),
    ]);
  }
  const untilMs = performance.now() + SETTLE_TIMEOUT_MS;
  for (;;) {
    const [questdb, clickhouse, merges] = await Promise.all([
      askStore('questdb', 'SELECT count() FROM samples', urls, signal),
      askStore('clickhouse', 'SELECT count() FROM slipstream.samples', urls, signal),
      askStore('clickhouse', 'SELECT count() FROM system.merges', urls, signal),
    ]);
    if (questdb >= rows && clickhouse >= rows && merges === 0) return;
    if (performance.now() > untilMs) throw new Error(`QuestDB holds ${questdb} rows and ClickHouse ${clickhouse}`);
    await systemClock.sleep(LOOK_EVERY_MS, signal);
  }
}

async function runStatement(url: string, body: string, signal: AbortSignal): Promise<void> {
  const method = body === '' ? 'GET' : 'POST';
  const response = await fetch(url, { method, body: body === '' ? undefined : body, signal });
  const text = await response.text();
  if (!response.ok) throw new Error(`a store refused the samples to begin with: ${text}`);
}

const COLUMNS = 'heart_rate, latitude, longitude, altitude, speed, distance, cadence, power';

function questDbRows(startMs: number, gapUs: number, from: number, rows: number): string {
  const first = startMs * 1_000 + from * gapUs;
  const n = `(x + ${from - 1})`;
  return (
    `INSERT INTO samples (ts, series, boot, seq, offset_ms, ${COLUMNS}) ` +
    `SELECT timestamp_sequence(${first}, ${gapUs}), ('stored-' || ${n} % ${DEVICES} || '/gps')::symbol, ` +
    `7, ${n} / ${10 * DEVICES} + 1, 0, ` +
    `(90 + x % 80)::int, (515000000 + x % 90000)::int, (134000000 + x % 70000)::int, ` +
    `(1000 + x % 900)::int, (8000 + x % 3000)::int, (x % 9000000)::int, (800 + x % 100)::int, (150 + x % 200)::int ` +
    `FROM long_sequence(${rows})`
  );
}

function clickHouseRows(startMs: number, gapUs: number, from: number, rows: number): string {
  const at = `fromUnixTimestamp64Milli(toInt64(${startMs} + intDiv(number * ${gapUs}, 1000)), 'UTC')`;
  return (
    `INSERT INTO slipstream.samples (device, athlete, source, firmware, boot, seq, device_time, ts, ${COLUMNS}) ` +
    `SELECT concat('stored-', toString(number % ${DEVICES})), concat('athlete-', toString(number % ${DEVICES})), ` +
    `'gps', '', 7, intDiv(number, ${10 * DEVICES}) + 1, ${at}, ${at}, 90 + number % 80, 515000000 + number % 90000, ` +
    `134000000 + number % 70000, 1000 + number % 900, 8000 + number % 3000, number % 9000000, 800 + number % 100, ` +
    `150 + number % 200 FROM numbers(${from}, ${rows})`
  );
}
