import type { LatencyHistogram } from '../../runtime/latency.ts';
import { reasonStringOf } from '../transport/mqtt-reader.ts';
import { type MqttAddress, type MqttSocket, openMqttSocket } from '../transport/mqtt-socket.ts';
import { outcomeOfPuback } from '../transport/transport.ts';
import type { LoadDevice } from './load-device.ts';

const PACKET_IDS = 65_536;
/** Identifiers for each frame of the window: more than needed, so that a late answer does not meet a new frame. */
const IDS_PER_FRAME = 4;
/** One write holds at most this many frames, so that the first of them does not wait for the last to be encoded. */
const MAX_FRAMES_PER_WRITE = 64;
/** How long a device that was refused keeps still. */
const REFUSED_PAUSE_MS = 200;

export interface LoadConnectionDeps {
  readonly device: LoadDevice;
  readonly address: MqttAddress;
  readonly token: () => Promise<string | null>;
  readonly window: number;
  /** How many new frames may leave now, at most `wanted`; what it answers counts as taken. */
  readonly allow: (wanted: number) => number;
  readonly latency: LatencyHistogram;
  readonly counts: LoadCounts;
}

export interface LoadCounts {
  sends: number;
  acknowledged: number;
  /** Acknowledged with a reason: dead letters that nobody meant to send. */
  dead: number;
  refused: number;
  lostConnections: number;
}

/**
 * One device that keeps its window full: whenever acknowledgements free a good part of it, the next frames leave in one
 * write. What a lost connection left open is sent again after the next `open`.
 */
export function createLoadConnection(deps: LoadConnectionDeps) {
  const { device, latency, counts } = deps;
  // Thousands of connections with a small window must not take room for all identifiers that MQTT has.
  const packetIds = Math.min(PACKET_IDS, IDS_PER_FRAME * deps.window + 1);
  const framesPerWrite = Math.min(MAX_FRAMES_PER_WRITE, deps.window);
  const sentAtMs = new Float64Array(packetIds);
  /** Frame number by packet identifier; −1 when the identifier is free. */
  const frameOf = new Float64Array(packetIds).fill(-1);
  const again: number[] = [];
  const chunks: Buffer[] = [];
  let socket: MqttSocket | null = null;
  let nextFrame = 0;
  let nextId = 1;
  let inFlight = 0;
  let readAtMs = 0;
  let notBeforeMs = 0;
  let isClosing = false;

  function onPuback(packetId: number, code: number, tail: Uint8Array | null): void {
    const frame = frameOf[packetId];
    if (!(frame >= 0)) return;
    frameOf[packetId] = -1;
    inFlight--;
    if (readAtMs === 0) readAtMs = performance.now();
    if (code >= 0x80) {
      const outcome = outcomeOfPuback(code, tail === null ? undefined : reasonStringOf(tail));
      if (outcome.kind !== 'acknowledged') {
        counts.refused++;
        again.push(frame);
        notBeforeMs = readAtMs + REFUSED_PAUSE_MS;
        return;
      }
      counts.dead++;
    }
    counts.acknowledged++;
    latency.record(readAtMs - sentAtMs[packetId]);
  }

  function fill(): void {
    readAtMs = 0;
    if (socket === null || (notBeforeMs > 0 && performance.now() < notBeforeMs)) return;
    // MQTT 3.1.1 has no receive maximum, so a server of that level is held to nothing but the window.
    const window = deps.address.version === 4 ? deps.window : Math.min(deps.window, socket.maxInFlight);
    // A write costs the same for one frame as for many: wait until a good part of the window is free.
    if (inFlight > 0 && window - inFlight < Math.min(MAX_FRAMES_PER_WRITE, window / 4)) return;
    while (inFlight < window) {
      const room = Math.min(framesPerWrite, window - inFlight);
      const count = again.length > 0 ? Math.min(room, again.length) : deps.allow(room);
      if (count === 0) return;
      write(socket, count);
    }
  }

  function write(over: MqttSocket, count: number): void {
    const chunk = chunks.pop() ?? Buffer.allocUnsafeSlow(framesPerWrite * device.maxPacketBytes);
    const [nowMs, wallMs] = [performance.now(), Date.now()];
    let at = 0;
    for (let i = 0; i < count; i++) {
      const frame = again.shift() ?? nextFrame++;
      const packet = device.packet(frame, nextId, wallMs);
      chunk.set(packet, at);
      at += packet.length;
      frameOf[nextId] = frame;
      sentAtMs[nextId] = nowMs;
      nextId = nextId === packetIds - 1 ? 1 : nextId + 1;
    }
    inFlight += count;
    counts.sends += count;
    over.write(chunk.subarray(0, at), () => chunks.push(chunk));
  }

  return {
    device,
    /** Connects and starts to send. Resolves when the connection is there; throws ConnectError. */
    async open(): Promise<void> {
      const opened = await openMqttSocket(
        deps.address,
        { device: device.device, token: await deps.token() },
        { onPuback, afterRead: fill },
      );
      socket = opened;
      void opened.closed.then(() => {
        socket = null;
        if (!isClosing) counts.lostConnections++;
        const open = [...frameOf.filter((frame) => frame >= 0)].sort((a, b) => a - b);
        again.unshift(...open);
        frameOf.fill(-1);
        inFlight = 0;
      });
      fill();
    },
    /** Sends what may leave by now; call it when `allow` would answer more than before. */
    fill,
    get isOpen() {
      return socket !== null;
    },
    /** Frames that left and have no acknowledgement. */
    get unacknowledged() {
      return inFlight + again.length;
    },
    /** The first `framesStarted` frames of the device left at least once. */
    get framesStarted() {
      return nextFrame;
    },
    async close(): Promise<void> {
      isClosing = true;
      await socket?.close();
    },
  };
}
export type LoadConnection = ReturnType<typeof createLoadConnection>;
