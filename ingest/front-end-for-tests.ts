import { createManualClock } from '../runtime/clock.ts';
import { createMemoryKvStore } from '../runtime/kv/memory-kv.ts';
import { createMemoryLog } from '../runtime/log.ts';
import { createMemoryBusHub, type MemoryBusHub } from '../runtime/memory-bus.ts';
import type { Priorities } from '../runtime/priorities.ts';
import { createNames, type Encoding } from '../schemas/names.ts';
import { DEFAULT_PRIORITY, type Priority } from '../schemas/priority.ts';
import { REASON_NAMES, type Reason, type RefusedReason } from '../schemas/reasons.ts';
import type { Authenticator, Identity } from './auth/authenticator.ts';
import { createConnections } from './connections/connections.ts';
import { createFrontEndCounts, type FrontEndCounts } from './connections/counts.ts';
import { type ConnectionLimits, DEFAULT_LIMITS } from './connections/limits.ts';
import type { Intake } from './intake.ts';
import type { Origin } from './origin.ts';
import { createReadForwarder } from './races/forward-reads.ts';
import { createRaceBoards } from './races/race-boards.ts';

/** A frame that a front end handed over and that the test settles, whenever and with whatever it likes. */
export interface OfferedFrame {
  readonly device: string;
  readonly athlete: string;
  readonly slot: number;
  readonly encoding: Encoding;
  readonly bytes: Buffer;
  /** Null: stored. */
  settle(reason?: Reason | null): void;
}

/** The twin of the intake: takes everything, and does nothing until the test says so. */
export interface TestIntake extends Intake {
  /** Why nobody is taken, nor any frame … */
  closedFor: RefusedReason | null;
  /** … and why only frames of a priority are not. */
  readonly refuses: Partial<Record<Priority, Reason>>;
  slowDownMs: number;
  readonly turnedAwayFor: Reason[];
  /** Offers are answered with false while more frames than this are not settled. */
  maxUnsettled: number;
  readonly offered: OfferedFrame[];
  /** Settles what is offered from now on at once. */
  settlesAtOnce: boolean;
}

export function createTestIntake(): TestIntake {
  const held = new Set<Origin>();
  let unsettled = 0;

  function settle(origin: Origin, slot: number, reason: Reason | null): void {
    unsettled -= 1;
    origin.settle(slot, reason);
    origin.flush();
    if (unsettled > intake.maxUnsettled) return;
    const resumed = [...held];
    held.clear();
    for (const one of resumed) one.resume();
  }

  const intake: TestIntake = {
    closedFor: null,
    refuses: {},
    slowDownMs: 0,
    turnedAwayFor: [],
    refusesDevice: () => intake.closedFor,
    refusesFrame: (priority) => intake.closedFor ?? intake.refuses[priority] ?? null,
    restMs: (priority) => (priority === 'race' ? 0 : intake.slowDownMs),
    turnedAway: (reason) => void intake.turnedAwayFor.push(reason),
    maxUnsettled: Number.POSITIVE_INFINITY,
    offered: [],
    settlesAtOnce: false,
    offer(origin, slot, encoding, bytes) {
      const { device, athlete } = origin;
      const frame = { device, athlete, slot, encoding, bytes: Buffer.from(bytes) };
      intake.offered.push({ ...frame, settle: (reason = null) => settle(origin, slot, reason) });
      unsettled += 1;
      if (intake.settlesAtOnce) settle(origin, slot, null);
      if (unsettled <= intake.maxUnsettled) return true;
      held.add(origin);
      return false;
    },
  };
  return intake;
}

export interface ScriptedAuthenticator extends Authenticator {
  /** What becomes of a token; every other one is good, and its device is the user name. */
  readonly answers: Map<string, Partial<Identity> | RefusedReason | Error | Promise<never>>;
  /** Ends every guarded connection of the device, as an expiry or a revocation does. */
  end(device: string, reason: RefusedReason): void;
  readonly guarded: number;
}

export function createScriptedAuthenticator(): ScriptedAuthenticator {
  const answers: ScriptedAuthenticator['answers'] = new Map();
  const guards = new Set<{ device: string; end: (reason: RefusedReason) => void }>();
  return {
    answers,
    async authenticate({ device, token }) {
      const answer = await answers.get(token);
      if (answer instanceof Error) throw answer;
      if (typeof answer === 'string') return answer;
      const expiresMs = Number.POSITIVE_INFINITY;
      const none = { athlete: '', tokenId: token, issuedMs: 0, expiresMs, importer: false };
      const own = { role: 'device', subject: device ?? '', device: device ?? '' } as const;
      return { ...none, ...own, ...answer };
    },
    guard({ device }, end) {
      const guard = { device, end };
      guards.add(guard);
      return { release: () => void guards.delete(guard) };
    },
    end(device, reason) {
      for (const guard of [...guards]) if (guard.device === device) guard.end(reason);
    },
    get guarded() {
      return guards.size;
    },
  };
}

/** Priorities that a test sets by the device's name. */
export interface TestPriorities extends Priorities {
  set(device: string, priority: Priority): void;
}

export function createTestPriorities(): TestPriorities {
  const set = new Map<string, Priority>();
  return {
    set: (device, priority) => void set.set(device, priority),
    of: (device) => set.get(device) ?? DEFAULT_PRIORITY,
    get version() {
      return set.size;
    },
    stop: () => undefined,
  };
}

export interface FrontEndParts {
  readonly limits?: Partial<ConnectionLimits>;
  /** The bus of another process's front end, to be on the same one. */
  readonly hub?: MemoryBusHub;
}

/** Everything that a front end of any protocol works with, in memory, and time that moves by hand. */
export function createFrontEndParts({ limits, hub }: FrontEndParts = {}) {
  const clock = createManualClock(1_800_000_000_000);
  const { log, records } = createMemoryLog('debug');
  const names = createNames();
  const allHub = hub ?? createMemoryBusHub(clock);
  const bus = allHub.open();
  const allLimits = { ...DEFAULT_LIMITS, ...limits };
  const boards = createMemoryKvStore(clock, { bucket: names.boardsBucket, ttlMs: 0, maxBytes: 0, replicas: 1 });
  return {
    /** The bucket of boards. */
    boards,
    raceBoards: createRaceBoards({ kv: boards.open(), clock, log }),
    reads: createReadForwarder({ bus, names, log }),
    intake: createTestIntake(),
    authenticator: createScriptedAuthenticator(),
    connections: createConnections({ limits: allLimits, bus, names, clock, log }),
    limits: allLimits,
    counts: createFrontEndCounts(),
    priorities: createTestPriorities(),
    hub: allHub,
    bus,
    names,
    clock,
    log,
    records,
  };
}

/** The reasons that were counted, without those that were not. */
export function countedReasons({ reasons }: FrontEndCounts): Partial<Record<Reason, number>> {
  const counted = REASON_NAMES.filter((reason) => reasons[reason] > 0);
  return Object.fromEntries(counted.map((reason) => [reason, reasons[reason]]));
}
