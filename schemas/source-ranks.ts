import { kindOf } from './channels.ts';
import { shardOf } from './identity.ts';

/** 0 is the best. */
export const MAX_RANK = 4_000_000;

/** Sensors that measure a thing themselves come before devices that have it from elsewhere; files fill gaps. */
const USUAL_ORDER = ['hr', 'power', 'footpod', 'gps', 'body', 'computer', 'watch'];
const OTHERS = USUAL_ORDER.length;
const FILES = OTHERS + 1;
const PLACES = 16;
const WITHIN = Math.floor(MAX_RANK / PLACES);
/** So many can be preferred. */
export const MAX_PREFERRED = PLACES - FILES - 1;

/**
 * The place of one (device, source) among an athlete's, 0 the best: first those that the athlete's settings prefer, in
 * their order (`source`, `device/source` or `device/*`), then by what the source is. Equal ones are told apart by a
 * hash, so that the order does not depend on which came first.
 */
export function rankOf(device: string, source: string, preferred: readonly string[] = []): number {
  const named = preferred
    .slice(0, MAX_PREFERRED)
    .findIndex((one) => one === source || one === `${device}/${source}` || one === `${device}/*`);
  const place = named >= 0 ? named : placeOf(source) + Math.min(preferred.length, MAX_PREFERRED);
  return place * WITHIN + shardOf(`${device}/${source}`, WITHIN);
}

/** Whether an importer sent it, from a file. */
export function isFileSource(source: string): boolean {
  return source.startsWith('file:');
}

function placeOf(source: string): number {
  if (isFileSource(source)) return FILES;
  const name = kindOf(source) === 'rr' ? 'hr' : source;
  const usual = USUAL_ORDER.indexOf(name);
  return usual < 0 ? OTHERS : usual;
}
