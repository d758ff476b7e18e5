import { createLoadDevice } from '../../../device-sim/load/load-device.ts';
import { createTokenSource } from '../../../device-sim/token.ts';
import { openMqttSocket } from '../../../device-sim/transport/mqtt-socket.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { createLatencyHistogram, type LatencyHistogram } from '../../../runtime/latency.ts';
import { askStore } from '../../deployment/store-rows.ts';
import { STORES, type StoreName } from '../../options.ts';
import type { OurPath } from '../whole-path/our-path.ts';

/** Pause between two frames of the probe, which are few beside the load's. */
const SEND_EVERY_MS = 50;
/** Pause between two questions to a store. What they miss makes the answer later, not sooner; but one takes ClickHouse
 * 20 ms on a busy machine, so every 40 ms would be a load of its own. */
const ASK_EVERY_MS = 120;
const LAST_FRAMES_MS = 30_000;
const HOUR_MS = 3_600_000;

interface ProbePlan extends Pick<OurPath, 'deployment'> {
  readonly name: string;
  readonly seconds: number;
  readonly samplesPerFrame: number;
  readonly signal: AbortSignal;
}

export interface Quantiles {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface Probed extends Readonly<Record<StoreName | 'bothStores' | 'acknowledged', Quantiles>> {
  readonly frames: number;
  readonly samples: number;
  /** Frames that one of the stores did not show in time. */
  readonly missing: number;
}

/**
 * One more device that sends a frame now and then, while both stores are asked again and again how many of its samples
 * they show. It sends in order, so their number says which frames are there.
 */
export async function probe({ deployment, name, seconds, samplesPerFrame, signal }: ProbePlan): Promise<Probed> {
  const { host, mqttPort, tokenKey, urls } = deployment;
  const startMs = Date.now() - 12 * HOUR_MS;
  const device = createLoadDevice({
    ...{ seed: '1', device: name, version: 4, samplesPerFrame, sampleGapMs: 1_000 },
    ...{ startMs, spanMs: 12 * HOUR_MS },
  });
  const sentAtMs: number[] = [];
  const latency = {
    acknowledged: createLatencyHistogram(),
    questdb: createLatencyHistogram(),
    clickhouse: createLatencyHistogram(),
    bothStores: createLatencyHistogram(),
  };
  const seen: Record<StoreName, number> = { questdb: 0, clickhouse: 0 };
  let isSending = true;

  const tokenFor = await createTokenSource(tokenKey, systemClock);
  const socket = await openMqttSocket(
    { host, port: mqttPort, version: 4 },
    { device: name, token: await tokenFor(name) },
    { onPuback: (packetId) => latency.acknowledged.record(performance.now() - sentAtMs[packetId - 1]) },
  );

  async function send(): Promise<void> {
    const untilMs = performance.now() + seconds * 1_000;
    while (performance.now() < untilMs) {
      const packet = Buffer.from(device.packet(sentAtMs.length, sentAtMs.length + 1, Date.now()));
      sentAtMs.push(performance.now());
      socket.write(packet);
      await systemClock.sleep(SEND_EVERY_MS, signal);
    }
    isSending = false;
  }

  async function watch(store: StoreName): Promise<void> {
    const sql = {
      questdb: `SELECT count() FROM samples WHERE series = '${name}/gps' AND ts >= ${startMs * 1_000}`,
      clickhouse: `SELECT count() FROM slipstream.samples WHERE device = '${name}'`,
    };
    let endsMs = Number.POSITIVE_INFINITY;
    while (performance.now() < endsMs && (isSending || seen[store] < sentAtMs.length)) {
      const rows = await askStore(store, sql[store], urls, signal);
      const nowMs = performance.now();
      const other = STORES.find((one) => one !== store)!;
      for (const frames = Math.floor(rows / samplesPerFrame); seen[store] < frames; seen[store]++) {
        const tookMs = nowMs - sentAtMs[seen[store]];
        latency[store].record(tookMs);
        if (seen[store] < seen[other]) latency.bothStores.record(tookMs);
      }
      if (!isSending && endsMs === Number.POSITIVE_INFINITY) endsMs = performance.now() + LAST_FRAMES_MS;
      await systemClock.sleep(ASK_EVERY_MS, signal);
    }
  }

  try {
    await Promise.all([send(), ...STORES.map(watch)]);
  } finally {
    await socket.close();
  }
  const quantiles = (of: LatencyHistogram): Quantiles => ({
    p50Ms: of.quantileMs(0.5),
    p99Ms: of.quantileMs(0.99),
    maxMs: of.maxMs,
  });
  return {
    acknowledged: quantiles(latency.acknowledged),
    questdb: quantiles(latency.questdb),
    clickhouse: quantiles(latency.clickhouse),
    bothStores: quantiles(latency.bothStores),
    frames: sentAtMs.length,
    samples: sentAtMs.length * samplesPerFrame,
    missing: sentAtMs.length - Math.min(...Object.values(seen)),
  };
}
