import { createHash } from 'node:crypto';
import type { HealthOrigin } from './health-record.ts';

const SOURCE_DIGITS = 16;

/**
 * The source that samples of an origin have in the stream: one time axis for each app and device, the same for an
 * export and a push. It is a file's, because its times are from long ago.
 */
export function healthSource({ store, app, device }: HealthOrigin): string {
  return `file:${digest(store, app, device).slice(0, SOURCE_DIGITS)}`;
}

/** For a record of an export, which has no id of its own: the same contents are the same record. */
export function contentUuid(...parts: readonly (string | number)[]): string {
  const hex = digest(...parts);
  const groups = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)];
  return groups.join('-');
}

function digest(...parts: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
