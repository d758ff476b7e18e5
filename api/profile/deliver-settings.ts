import { setProfileSettings } from '../../runtime/athlete-settings.ts';
import type { KeyValue } from '../../runtime/kv/kv.ts';
import type { Database } from '../database/database.ts';
import type { Deliver } from '../outbox/outbox.ts';
import { readProfile, type SettingsDue } from './profiles.ts';
import { settingsOf } from './rules.ts';

/**
 * Brings what an account's profile says now into CONFIG, under the profile's version. Of two that are at work at once,
 * or of one that comes late or again, the newer version stays.
 */
export function createSettingsDelivery({ database, config }: { database: Database; config: KeyValue }): Deliver {
  return async function deliverSettings(data) {
    const found = await readProfile(database, (data as SettingsDue).account);
    if (found === null) return;
    const { athlete, profile } = found;
    await setProfileSettings(config, athlete, settingsOf(profile), profile.version);
  };
}
