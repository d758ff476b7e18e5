import { createLoadDevice } from '../../../device-sim/load/load-device.ts';
import { openMqttSocket } from '../../../device-sim/transport/mqtt-socket.ts';
import type { LatencyHistogram } from '../../../runtime/latency.ts';

const SECOND_MS = 1_000;
/** Room for packet identifiers, which MQTT has 65,535 of. */
const MAX_FRAMES = 60_000;

export interface WatchedPlan {
  readonly device: string;
  readonly token: string;
  readonly host: string;
  readonly mqttPort: number;
  /** Of the API's live activities, `ws://…`. */
  readonly liveUrl: string;
  /** Device time of the first sample, in the middle of a second so that no rounding moves it into another. */
  readonly startMs: number;
  readonly spanMs: number;
}

export interface WatchedDevice {
  /** Sends the next sample. */
  send(): void;
  /** Frames sent so far; the n-th has device time start + n seconds. */
  sent(): number;
  /** Frames whose sample the subscriber has seen in a metric. */
  seen(): number;
  acknowledged(): number;
  /** How often the subscriber was told that nobody answers for the athlete. */
  away(): number;
  /** From sending to the first message whose metrics hold the sample; of frames sent while it was the current one. */
  measureInto(latency: LatencyHistogram): void;
  readonly troubles: string[];
  close(): Promise<void>;
}

/** What a message says, as far as it matters here. */
interface Told {
  readonly type: string;
  readonly activity?: {
    readonly startMs: number;
    readonly metrics: { readonly elapsed_s: { readonly value: number } };
  } | null;
}

/**
 * A device that sends a sample a second, and its athlete's subscriber. Elapsed time reaches to the newest second that
 * is in the metrics, so each message says which samples are in it.
 */
export async function openWatchedDevice(plan: WatchedPlan): Promise<WatchedDevice> {
  const { device, token, host, mqttPort, startMs, spanMs } = plan;
  const firstS = Math.floor(startMs / SECOND_MS);
  const load = createLoadDevice({
    ...{ seed: '1', device, version: 4, samplesPerFrame: 1, sampleGapMs: SECOND_MS, startMs, spanMs, contents: 16 },
  });
  const sentAtMs: number[] = [];
  const into: (LatencyHistogram | null)[] = [];
  const troubles: string[] = [];
  let latency: LatencyHistogram | null = null;
  let seen = 0;
  let acknowledged = 0;
  let away = 0;
  let isClosing = false;

  function told(data: ArrayBuffer): void {
    const nowMs = performance.now();
    const { type, activity } = JSON.parse(Buffer.from(data).toString()) as Told;
    if (type === 'away') away++;
    if (!activity) return;
    const newest = activity.startMs / SECOND_MS + activity.metrics.elapsed_s.value - firstS;
    if (newest >= sentAtMs.length) troubles.push(`${device} was shown sample ${newest}, which it did not send yet`);
    for (; seen <= newest && seen < sentAtMs.length; seen++) {
      into[seen]?.record(nowMs - sentAtMs[seen]);
    }
  }

  const watching = await openSocket(plan.liveUrl, JSON.stringify({ token }), told);
  const onPuback = () => void acknowledged++;
  const socket = await openMqttSocket({ host, port: mqttPort, version: 4 }, { device, token }, { onPuback });
  for (const [what, closed] of [
    ['device', socket.closed],
    ['subscriber', watching.closed],
  ] as const) {
    void closed.then((why) => isClosing || troubles.push(`the ${what} of ${device} lost its connection: ${why}`));
  }
  return {
    send() {
      const n = sentAtMs.length;
      if (n >= MAX_FRAMES) throw new RangeError('a watched device sends no more than its packet identifiers');
      const packet = Buffer.from(load.packet(n, n + 1, Date.now()));
      sentAtMs.push(performance.now());
      into.push(latency);
      socket.write(packet);
    },
    sent: () => sentAtMs.length,
    seen: () => seen,
    acknowledged: () => acknowledged,
    away: () => away,
    measureInto(histogram) {
      latency = histogram;
    },
    troubles,
    async close() {
      isClosing = true;
      watching.close();
      await socket.close();
    },
  };
}

async function openSocket(url: string, greeting: string, onMessage: (data: ArrayBuffer) => void) {
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  const closed = new Promise<string>((resolve) => {
    socket.onclose = ({ code, reason }) => resolve(`${code} ${reason}`);
  });
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error(`${url} cannot be watched`));
  });
  socket.onmessage = ({ data }) => onMessage(data as ArrayBuffer);
  socket.send(greeting);
  return { closed, close: () => socket.close() };
}
