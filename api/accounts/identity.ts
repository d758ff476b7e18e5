import type { Clock, Timer } from '../../runtime/clock.ts';
import type { KeyValue } from '../../runtime/kv/kv.ts';
import type { Logger } from '../../runtime/log.ts';
import type { Seal } from '../../runtime/seal.ts';
import type { TokenVerdict } from '../access.ts';
import { createConsents } from '../consents/consents.ts';
import type { Database } from '../database/database.ts';
import { createHideWorkout, HIDE_HEALTH_WORKOUT } from '../health-stores/withdraw-records.ts';
import type { MailCatcher } from '../mail/caught.ts';
import type { Mailer } from '../mail/mail.ts';
import { createOutbox, type Deliver, type Outbox } from '../outbox/outbox.ts';
import { createSettingsDelivery } from '../profile/deliver-settings.ts';
import { createProfiles, SETTINGS } from '../profile/profiles.ts';
import { createCookies } from '../requests/cookies.ts';
import { forgetOldKeys } from '../requests/idempotency.ts';
import { createAccountService } from './account-service.ts';
import { createAttempts } from './attempts.ts';
import { createLetters, LETTERS } from './letters.ts';
import { createPasswords } from './passwords.ts';
import { createPeople } from './people.ts';
import { createChallenges } from './second-factor/challenges.ts';
import { createSecondFactors } from './second-factor/second-factors.ts';
import { ACCESS_PREFIX, createSessions } from './sessions.ts';

export interface IdentityDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  /** The bucket CONFIG, for what processors must know of athletes. */
  readonly config: KeyValue;
  /** Sends letters, or catches them. */
  readonly mailer: Mailer | MailCatcher;
  /** Where people reach the API and its pages, `https://…` wherever others than their own machine do. */
  readonly publicUrl: string;
  /** What else happens outside because of a change in the database, by its kind in the outbox. */
  readonly deliver?: Readonly<Record<string, Deliver>>;
  /** Keeps the secrets of second factors; null where there is no key: nobody sets one up. */
  readonly seal: Seal | null;
  /** Roles that open nothing before their owner has a second factor. */
  readonly secondFactorRoles?: readonly string[];
  /** Of argon2id; tests make it cheap. */
  readonly passwordCost?: { memoryCost: number; timeCost: number; parallelism: number };
}

const HOUR_MS = 3_600_000;
/** Who was where is kept for a year and a month, and not for ever. */
const KEEP_AUDIT_MS = 400 * 24 * HOUR_MS;

/** Everything about who people are, put together. */
export async function createIdentity(deps: IdentityDeps) {
  const { database, clock, log, mailer, publicUrl, seal, passwordCost } = deps;
  const sessions = createSessions(deps);
  const attempts = createAttempts(deps);
  const passwords = await createPasswords({ cost: passwordCost });
  const deliver = {
    ...deps.deliver,
    [LETTERS]: createLetters(deps),
    [SETTINGS]: createSettingsDelivery(deps),
    [HIDE_HEALTH_WORKOUT]: createHideWorkout(deps),
  };
  const outbox: Outbox = createOutbox({ database, clock, log, deliver });
  const challenges = createChallenges({ clock });
  const holding = { database, clock, sessions, attempts, challenges, wakeOutbox: outbox.wake };
  const accounts = createAccountService({ ...holding, passwords });
  const secondFactors = createSecondFactors({ ...holding, accounts, seal });
  const people = createPeople({ database, clock, sessions });
  const consents = createConsents({ database, clock, wakeOutbox: outbox.wake });
  const profiles = createProfiles({ database, clock, wakeOutbox: outbox.wake });

  async function forgetOld(): Promise<void> {
    const nowMs = clock.nowMs();
    await forgetOldKeys(database, nowMs);
    await attempts.forgetOld();
    await sessions.forgetOld();
    await challenges.forgetOld(database);
    await database.deleteFrom('device_pairings').where('expires_at', '<', new Date(nowMs)).execute();
    await database.deleteFrom('device_credentials').where('expires_at', '<', new Date(nowMs)).execute();
    await database.deleteFrom('mail_tokens').where('expires_at', '<', new Date(nowMs)).execute();
    await database
      .deleteFrom('audit_log')
      .where('at', '<', new Date(nowMs - KEEP_AUDIT_MS))
      .execute();
  }

  let cleaning: Timer | null = null;
  return {
    ...{
      database,
      mailer,
      publicUrl,
      sessions,
      attempts,
      accounts,
      secondFactors,
      people,
      consents,
      profiles,
      outbox,
      forgetOld,
    },
    cookies: createCookies({ isSecure: publicUrl.startsWith('https:') }),
    /** Null where mail is sent. */
    catcher: 'caught' in mailer ? mailer : null,
    /** Once the database is open. */
    start(): void {
      outbox.start();
      cleaning ??= clock.setRepeating(() => {
        forgetOld().catch((err) => log.warn({ err }, 'what is too old could not be forgotten; it is tried again'));
      }, HOUR_MS);
    },
    async stop(): Promise<void> {
      cleaning?.cancel();
      await outbox.stop();
      mailer.close();
      await database.destroy();
    },
  };
}

export type Identity = Awaited<ReturnType<typeof createIdentity>>;

/** Access tokens of sessions beside the platform's own signed tokens, which `verifySigned` judges. */
export function verifyBoth(
  { sessions }: Pick<Identity, 'sessions'>,
  verifySigned: (token: string) => Promise<TokenVerdict>,
): (token: string) => Promise<TokenVerdict> {
  return async function verify(token) {
    if (!token.startsWith(ACCESS_PREFIX)) return verifySigned(token);
    const caller = await sessions.callerOf(token);
    return caller === null ? { ok: false, reason: 'bad_token' } : { ok: true, caller };
  };
}
