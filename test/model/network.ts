import type { Protocol } from '../../device-sim/fleet.ts';
import type { Random } from '../../device-sim/random.ts';
import type { Intake } from '../../ingest/intake.ts';
import type { Origin } from '../../ingest/origin.ts';
import type { Clock } from '../../runtime/clock.ts';
import { type Connect, ConnectError, type Connection, type Outcome } from '../../runtime/device-client/connection.ts';
import { shardOf } from '../../schemas/identity.ts';
import { PRIORITIES, type Priority } from '../../schemas/priority.ts';
import { isForLater, type Reason } from '../../schemas/reasons.ts';
import type { Chaos } from './chaos.ts';
import type { ModelProcess } from './process.ts';

/** One ingest process that devices can reach. */
export interface Listener {
  readonly process: ModelProcess;
  readonly intake: Intake;
}

export interface NetworkDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly chaos: Chaos;
  listeners(): readonly Listener[];
  athleteOf(device: string): string;
  /** Told of whatever no front end may ever see. */
  onBreach(words: string): void;
}

/** All three occur among a few devices. */
const priorityOf = (device: string): Priority => PRIORITIES[shardOf(device, PRIORITIES.length)];

/** A stopped process takes connections, by its kernel, and never answers; devices stop waiting after this. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Devices' connections to ingest, without a protocol: frames and answers take their time, in order within a
 * connection; connections break with frames and answers on the way, and a frame on the way may still arrive later.
 */
export function createNetwork(deps: NetworkDeps) {
  const { clock, random, chaos } = deps;
  const slowMs = random.pick([1, 40, 1_000]);
  const cutChance = 0.03 * random.next() ** 2;
  const open = new Map<ModelProcess, Set<Link>>();
  const breaks = () => !chaos.isOver && random.chance(cutChance);
  const latencyMs = () => (chaos.isOver ? 1 : random.between(0, slowMs));

  function connectBy(protocol: Protocol): Connect {
    return async ({ device }) => {
      await clock.sleep(latencyMs());
      const reachable = deps.listeners();
      if (reachable.length === 0) throw new ConnectError('nobody listens');
      const listener = random.pick(reachable);
      if (listener.process.state !== 'running') {
        await clock.sleep(CONNECT_TIMEOUT_MS);
        throw new ConnectError('no answer to the connect');
      }
      const reason = listener.intake.refusesDevice(priorityOf(device));
      if (reason !== null) throw new ConnectError(reason);
      return openLink(device, protocol, listener).connection;
    };
  }

  interface Link {
    readonly connection: Connection;
    end(why: string): void;
  }

  function openLink(device: string, protocol: Protocol, { process, intake }: Listener): Link {
    const waiting = new Map<number, (outcome: Outcome) => void>();
    const settled = new Set<number>();
    const closed = Promise.withResolvers<string>();
    const onTheWay = createLine();
    const answers = createLine();
    const unread: (() => void)[] = [];
    let lastSlot = 0;
    let isOpen = true;
    let isReading = true;

    function end(why: string): void {
      if (!isOpen) return;
      isOpen = false;
      links.delete(link);
      for (const lose of waiting.values()) lose({ kind: 'lost' });
      waiting.clear();
      closed.resolve(why);
    }

    const origin: Origin = {
      device,
      athlete: deps.athleteOf(device),
      importer: false,
      priority: priorityOf(device),
      settle(slot, reason) {
        if (settled.has(slot)) deps.onBreach(`slot ${slot} of ${device} was settled twice`);
        settled.add(slot);
        process.act(() => answer(slot, reason));
      },
      flush: () => undefined,
      resume() {
        isReading = true;
        while (isReading && unread.length > 0) unread.shift()!();
      },
    };

    function answer(slot: number, reason: Reason | null): void {
      answers.pass(() => {
        if (!isOpen) return;
        if (breaks()) return end('cut before an answer came');
        if (reason !== null && isForLater(reason)) {
          // MQTT 3.1.1 has no way to say no.
          if (protocol === 'mqtt') return end(`refused: ${reason}`);
          waiting.get(slot)?.({ kind: 'refused', reason });
        } else {
          waiting.get(slot)?.({ kind: 'acknowledged', reason });
        }
        waiting.delete(slot);
      });
    }

    function arrive(slot: number, bytes: Uint8Array): void {
      const read = () => {
        const refused = intake.refusesFrame(origin.priority);
        if (refused !== null) answer(slot, refused);
        else isReading = intake.offer(origin, slot, 'protobuf', bytes);
      };
      if (isReading) read();
      else unread.push(read);
    }

    const connection: Connection = {
      maxInFlight: 64,
      slowUntilMs: 0,
      closed: closed.promise,
      send(bytes) {
        if (!isOpen) return Promise.resolve({ kind: 'lost' });
        const slot = ++lastSlot;
        const arrivesAnyway = random.chance(0.5);
        return new Promise((resolve) => {
          waiting.set(slot, resolve);
          onTheWay.pass(() => {
            if (breaks()) end('cut before a frame arrived');
            if (isOpen || arrivesAnyway) process.act(() => arrive(slot, bytes));
          });
        });
      },
      close: async () => end('closed'),
      cut: () => end('cut'),
    };
    const links = open.get(process) ?? new Set();
    if (!open.has(process)) {
      open.set(process, links);
      process.onKilled(() => endAll(process, 'the server is gone'));
    }
    const link = { connection, end };
    links.add(link);
    return link;
  }

  /** What is passed comes out in order, after a while. */
  function createLine() {
    let lastMs = 0;
    return {
      pass(act: () => void): void {
        const atMs = Math.max(lastMs, clock.monotonicMs() + latencyMs());
        lastMs = atMs;
        clock.setTimer(act, atMs - clock.monotonicMs());
      },
    };
  }

  function endAll(process: ModelProcess, why: string): void {
    for (const link of [...(open.get(process) ?? [])]) link.end(why);
  }

  return { connectBy, endAll };
}
