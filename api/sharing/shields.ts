import { createHmac } from 'node:crypto';
import type { PrivacyZone } from '../profile/statements.ts';
import { metresBetween, type Place, placeAt } from './great-circle.ts';

/** What is hidden around a privacy zone, and all that others can ever find out of the zone. */
export interface Shield extends Place {
  readonly radiusM: number;
}

/** For what is lost in the arithmetic. */
const SLACK_M = 1;

/**
 * A shield is twice as wide as its zone and holds all of it, and its middle is anywhere within the zone's radius of the
 * zone's middle, each place as likely as the next. Where exactly follows from the zone and from a key of the account
 * that nobody else knows: it is the same at each reading, for each workout, for ever. What is hidden depends on it
 * alone. So who has seen thousands of tracks knows the shield and no more, and the middle of the zone may be
 * anywhere in a circle as large as the zone itself (docs/decisions/051).
 */
export function shieldsOf(key: string, zones: readonly Omit<PrivacyZone, 'name'>[]): Shield[] {
  return zones.map(({ latitude, longitude, radiusM }) => {
    const said = [latitude.toFixed(4), longitude.toFixed(4), radiusM].join(' ');
    const digest = createHmac('sha256', key).update(said).digest();
    const [far, round] = [digest.readUInt32BE(0), digest.readUInt32BE(4)].map((value) => value / 2 ** 32);
    // The root makes places equally likely, and not distances.
    const middle = placeAt({ latitude, longitude }, 2 * Math.PI * round, radiusM * Math.sqrt(far));
    return { ...middle, radiusM: 2 * radiusM + SLACK_M };
  });
}

/** m to the nearest shield; 0 or less within one. */
export function metresOutside(place: Place, shields: readonly Shield[]): number {
  return Math.min(...shields.map((shield) => metresBetween(place, shield) - shield.radiusM));
}
