import { sql } from 'kysely';
import type { Clock, Timer } from '../../../runtime/clock.ts';
import type { Logger } from '../../../runtime/log.ts';
import type { LiveSource } from '../../activities/live-source.ts';
import type { Database } from '../../database/database.ts';
import type { Notifications } from '../../notifications/notifications.ts';
import { nameOf } from '../devices.ts';
import { countDeadLetters, nullWhileAway, type OwnDevicesDeps } from '../own-devices.ts';
import type { DeviceState } from '../reader.ts';
import { findTroubles, HABIT_MS, type LookedAt, TROUBLES, type Trouble } from './find-trouble.ts';

export interface WatchDevicesDeps extends OwnDevicesDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly live: Pick<LiveSource, 'ask'>;
  readonly notifications: Pick<Notifications, 'find' | 'notify' | 'withdraw'>;
  /** Called when something has changed for an account. */
  readonly onChanged: (account: string) => void;
}

/** Devices that are looked at in one question to the store. */
const AT_ONCE = 200;
const EVERY_MS = 600_000;
/** A workout that nobody heard of for longer ends by itself. */
const MAX_SILENCE_MS = 30 * 60_000;

interface Watched {
  readonly device: string;
  readonly account: string;
  readonly athlete: string;
  readonly name: string;
}

/**
 * Looks at every paired device again and again, and tells its owner what is the matter: each trouble once, until it is
 * over, when what was told is taken back. Several processes may look: what one told the others find.
 */
export function createWatchDevices(deps: WatchDevicesDeps) {
  const { database, clock, log, live, notifications, onChanged } = deps;

  async function look(): Promise<void> {
    let after = '';
    for (;;) {
      const rows = await database
        .selectFrom('devices')
        .innerJoin('accounts', 'accounts.id', 'devices.account')
        .select(['devices.id', 'devices.account', 'accounts.athlete', 'devices.name', 'devices.label'])
        .where('ended_at', 'is', null)
        .where('devices.id', '>', after)
        .orderBy('devices.id')
        .limit(AT_ONCE)
        .execute();
      if (rows.length === 0) break;
      await lookAt(rows.map(({ id, account, athlete, ...row }) => ({ device: id, account, athlete, ...nameOf(row) })));
      after = rows.at(-1)!.id;
    }
    await forgetEnded();
  }

  async function lookAt(devices: readonly Watched[]): Promise<void> {
    const nowMs = clock.nowMs();
    const fromMs = nowMs - HABIT_MS;
    const question = { devices: devices.map(({ device }) => device), fromMs, gapsFromMs: fromMs };
    const [states, dead] = await Promise.all([
      deps.seen.states(question).catch(nullWhileAway),
      deps.deadLetterCounts().catch(nullWhileAway),
    ]);
    // Nothing is known of any of them.
    if (states === null) return;
    const byDevice = new Map(states.map((state) => [state.device, state]));
    const deadOf = dead?.subjects ? countDeadLetters(dead.subjects, deps.names) : null;
    for (const one of devices) {
      const state = byDevice.get(one.device) ?? null;
      const deadLetters = deadOf === null ? null : (deadOf.get(one.device) ?? 0);
      await settle(one, { state, deadLetters, isInWorkout: await isInWorkout(one, state, nowMs), nowMs });
    }
  }

  /** Only where it matters: of a device that was heard of lately, and not just now. */
  async function isInWorkout({ device, athlete }: Watched, state: DeviceState | null, nowMs: number) {
    if (state === null || nowMs - state.lastSeenMs > MAX_SILENCE_MS) return false;
    const answer = await live.ask(athlete).catch(nullWhileAway);
    if (answer === null) return null;
    return answer.activity?.origins.sources.some((source) => source.device === device) ?? false;
  }

  async function settle({ account, device, name }: Watched, seen: LookedAt): Promise<void> {
    const findings = findTroubles(seen);
    const isChanged = await database.transaction().execute(async (transaction) => {
      let isSomeChanged = false;
      for (const trouble of TROUBLES) {
        const finding = findings[trouble];
        if (finding.is === 'unsure') continue;
        const of = { account, kind: 'device', key: keyOf(device, trouble) } as const;
        const isTold = (await notifications.find(transaction, of)) !== null;
        if (isTold === (finding.is === 'there')) continue;
        if (finding.is === 'there') {
          const { value, sinceMs: eventMs } = finding;
          await notifications.notify(transaction, { ...of, data: { device, name, trouble, value }, eventMs });
        } else await notifications.withdraw(transaction, of);
        isSomeChanged = true;
      }
      return isSomeChanged;
    });
    if (isChanged) onChanged(account);
  }

  /** Of a device that was let go nothing is the matter any more. */
  async function forgetEnded(): Promise<void> {
    const told = await database
      .selectFrom('notifications')
      .select(['account', 'key'])
      .where('kind', '=', 'device')
      .where('withdrawn_at', 'is', null)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('devices')
              .select('id')
              .whereRef('devices.account', '=', 'notifications.account')
              .where('ended_at', 'is', null)
              .where(sql<boolean>`starts_with(notifications.key, devices.id || '.')`),
          ),
        ),
      )
      .limit(AT_ONCE)
      .execute();
    for (const { account, key } of told) {
      await database
        .transaction()
        .execute((transaction) => notifications.withdraw(transaction, { account, kind: 'device', key }));
      onChanged(account);
    }
  }

  let timer: Timer | null = null;
  let looking: Promise<void> | null = null;
  return {
    look,
    /** Once the database is open. */
    start(): void {
      timer ??= clock.setRepeating(() => {
        looking ??= look()
          .catch((err) => log.warn({ err }, 'devices could not be looked at; it is tried again'))
          .finally(() => {
            looking = null;
          });
      }, EVERY_MS);
    },
    async stop(): Promise<void> {
      timer?.cancel();
      await looking;
    },
  };
}

export type WatchDevices = ReturnType<typeof createWatchDevices>;

const keyOf = (device: string, trouble: Trouble) => `${device}.${trouble}`;
