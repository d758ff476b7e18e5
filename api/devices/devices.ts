import type { Transaction } from 'kysely';
import type { Clock } from '../../runtime/clock.ts';
import { accountDeviceId } from '../../schemas/identity.ts';
import { type Attempts, networkOf } from '../accounts/attempts.ts';
import { type Act, writeAudit } from '../accounts/audit.ts';
import { digestOf } from '../accounts/secrets.ts';
import type { Whence } from '../accounts/sessions.ts';
import type { AccountCaller } from '../caller.ts';
import { assertHealthConsent } from '../consents/consents.ts';
import type { Database, Tables } from '../database/database.ts';
import { putOutbox } from '../outbox/outbox.ts';
import { Problem } from '../problem.ts';
import { countEvent } from '../product/counting.ts';
import { requireMatch, tagOf } from '../requests/etag.ts';
import { type Credential, REVOCATION, type RevocationDue, type SignDevice } from './credentials.ts';
import { newPairingCode, plainCode } from './pairing-code.ts';

export const PAIRING_MS = 10 * 60_000;
/** A device that never got the answer to its rotation asks again with the old credential. */
export const ROTATION_GRACE_MS = 5 * 60_000;
export const MAX_DEVICES = 50;

export interface DevicesDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly attempts: Attempts;
  /** Null where the API has no key of its own: nothing is paired. */
  readonly sign: SignDevice | null;
  /** Called after each transaction that revokes something. */
  readonly wakeOutbox: () => void;
}

export interface PairedDevice {
  readonly device: string;
  readonly credential: Credential;
}

/**
 * Devices of accounts. Somebody asks for a code and types it into the device, which shows it once and gets a
 * credential: the token that ingest takes.
 *
 * unknown → paired → paired again, rotated … → ended → paired again.
 */
export function createDevices({ database, clock, attempts, sign, wakeOutbox }: DevicesDeps) {
  function signer(): SignDevice {
    if (sign === null) throw new Problem('pairing_off');
    return sign;
  }

  const audit = (
    transaction: Transaction<Tables>,
    account: string,
    act: Act,
    actor: string,
    ip: string,
    device: string,
  ) => writeAudit(transaction, { atMs: clock.nowMs(), account, act, actor, address: ip, detail: { device } });

  /** All credentials of a device that still count, from `atMs` on no longer. */
  async function endCredentials(transaction: Transaction<Tables>, device: string, atMs: number): Promise<void> {
    const at = new Date(atMs);
    const ended = await transaction
      .updateTable('device_credentials')
      .set({ ends_at: at })
      .where('device', '=', device)
      .where('expires_at', '>', new Date(clock.nowMs()))
      .where(({ eb, or }) => or([eb('ends_at', 'is', null), eb('ends_at', '>', at)]))
      .returning('token_id')
      .execute();
    for (const { token_id: tokenId } of ended) {
      const due: RevocationDue = { tokenId, revokedMs: atMs };
      await putOutbox(transaction, REVOCATION, due, atMs);
    }
  }

  async function give(transaction: Transaction<Tables>, device: string, athlete: string): Promise<PairedDevice> {
    const credential = await signer()(device, athlete);
    const { tokenId: token_id, issuedMs, expiresMs } = credential;
    await transaction
      .insertInto('device_credentials')
      .values({ token_id, device, issued_at: new Date(issuedMs), expires_at: new Date(expiresMs), ends_at: null })
      .execute();
    return { device, credential };
  }

  return {
    /**
     * A code for the next ten minutes; one that was asked for before counts no longer. Throws `pairing_off` and
     * `consent_needed`.
     */
    async askCode({ account }: AccountCaller): Promise<{ code: string; expiresMs: number }> {
      signer();
      await assertHealthConsent(database, account);
      const code = newPairingCode();
      const expiresMs = clock.nowMs() + PAIRING_MS;
      const row = { code_hash: digestOf(plainCode(code)), expires_at: new Date(expiresMs) };
      await database
        .insertInto('device_pairings')
        .values({ account, ...row })
        .onConflict((conflict) => conflict.column('account').doUpdateSet(row))
        .execute();
      return { code, expiresMs };
    },

    /**
     * Takes a code, which is good once, and gives the device its credential; what it had before counts no longer.
     * Throws `pairing_off`, `bad_pairing_code`, `too_many_attempts` and `too_many_devices`.
     */
    async pair({ code, name }: { code: string; name: string }, { ip }: Whence): Promise<PairedDevice> {
      signer();
      // Nobody is locked out by the guesses of others: only their own network's count.
      const guesser = `pairing ${networkOf(ip)}`;
      await attempts.assertOpen(guesser, ip);
      const paired = await database.transaction().execute(async (transaction) => {
        const found = await transaction
          .deleteFrom('device_pairings')
          .where('code_hash', '=', digestOf(plainCode(code)))
          .returning(['account', 'expires_at'])
          .executeTakeFirst();
        if (found === undefined || found.expires_at.getTime() <= clock.nowMs()) return null;
        const { account } = found;
        const owner = transaction.selectFrom('accounts').select('athlete').where('id', '=', account).forUpdate();
        const { athlete } = await owner.executeTakeFirstOrThrow();
        const id = accountDeviceId(athlete, name);
        const others = await transaction
          .selectFrom('devices')
          .select('id')
          .where('account', '=', account)
          .where('id', '!=', id)
          .where('ended_at', 'is', null)
          .execute();
        if (others.length >= MAX_DEVICES) throw new Problem('too_many_devices', { detail: `${MAX_DEVICES} at most` });
        const paired_at = new Date(clock.nowMs());
        await transaction
          .insertInto('devices')
          .values({ id, account, name, paired_at, ended_at: null })
          .onConflict((conflict) => conflict.column('id').doUpdateSet({ paired_at, ended_at: null }))
          .execute();
        await endCredentials(transaction, id, clock.nowMs());
        await audit(transaction, account, 'device_paired', `device:${id}`, ip, id);
        const atMs = paired_at.getTime();
        await countEvent(transaction, account, { kind: 'device_paired', subject: id, atMs });
        return give(transaction, id, athlete);
      });
      if (paired === null) {
        await attempts.failed(guesser, ip);
        throw new Problem('bad_pairing_code');
      }
      await attempts.succeeded(guesser, ip);
      wakeOutbox();
      return paired;
    },

    /** The next credential of a device; those before are good for five minutes more. Throws `unknown_own_device`. */
    async rotate(device: string, actor: string, { ip }: Whence): Promise<PairedDevice> {
      const next = await database.transaction().execute(async (transaction) => {
        const found = await transaction
          .selectFrom('devices')
          .innerJoin('accounts', 'accounts.id', 'devices.account')
          .select(['devices.account', 'accounts.athlete'])
          .where('devices.id', '=', device)
          .where('ended_at', 'is', null)
          .forUpdate()
          .executeTakeFirst();
        if (found === undefined) throw new Problem('unknown_own_device');
        await endCredentials(transaction, device, clock.nowMs() + ROTATION_GRACE_MS);
        await audit(transaction, found.account, 'device_rotated', actor, ip, device);
        return give(transaction, device, found.athlete);
      });
      wakeOutbox();
      return next;
    },

    /** Those that are paired, the one that was paired last first. */
    async list({ account }: Pick<AccountCaller, 'account'>) {
      return database
        .selectFrom('devices')
        .select(['id', 'name', 'label', 'version', 'paired_at'])
        .select(({ selectFrom }) =>
          selectFrom('device_credentials')
            .whereRef('device', '=', 'devices.id')
            .where('ends_at', 'is', null)
            .select(({ fn }) => fn.max('device_credentials.expires_at').as('newest'))
            .as('expires_at'),
        )
        .where('account', '=', account)
        .where('ended_at', 'is', null)
        .orderBy('paired_at', 'desc')
        .orderBy('id')
        .limit(MAX_DEVICES)
        .execute();
    },

    /**
     * What its owner calls a device from now on; null: what it calls itself. From the version that was seen. Throws
     * `unknown_own_device`, `if_match_needed` and `changed_meanwhile`.
     */
    async rename({ account }: AccountCaller, device: string, label: string | null, ifMatch: string | undefined) {
      return database.transaction().execute(async (transaction) => {
        const own = transaction.selectFrom('devices').select(['name', 'label', 'version']).where('id', '=', device);
        const paired = own.where('account', '=', account).where('ended_at', 'is', null).forUpdate();
        const before = await paired.executeTakeFirst();
        if (before === undefined) throw new Problem('unknown_own_device');
        requireMatch(ifMatch, deviceTag(before));
        if (before.label === label) return { device, ...nameOf(before), version: before.version };
        const version = before.version + 1;
        await transaction.updateTable('devices').set({ label, version }).where('id', '=', device).execute();
        return { device, ...nameOf({ ...before, label }), version };
      });
    },

    /** Lets a device go: its credentials count no longer, within two seconds. Throws `unknown_own_device`. */
    async end({ account }: AccountCaller, device: string, { ip }: Whence): Promise<void> {
      await database.transaction().execute(async (transaction) => {
        const ended = await transaction
          .updateTable('devices')
          .set({ ended_at: new Date(clock.nowMs()) })
          .where('id', '=', device)
          .where('account', '=', account)
          .where('ended_at', 'is', null)
          .returning('id')
          .executeTakeFirst();
        if (ended === undefined) throw new Problem('unknown_own_device');
        await endCredentials(transaction, device, clock.nowMs());
        await audit(transaction, account, 'device_ended', `account:${account}`, ip, device);
      });
      wakeOutbox();
    },
  };
}

export const deviceTag = ({ version }: { readonly version: number }) => tagOf('device', version);

/** What a device is called, and what it calls itself. */
export function nameOf({ name, label }: { readonly name: string; readonly label: string | null }) {
  return { name: label ?? name, ownName: name };
}

export type Devices = ReturnType<typeof createDevices>;
