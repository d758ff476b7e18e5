import type { AuditedChange, Setup } from './organiser-api.ts';

/**
 * The setting with what a change replaced put back, everything else as it is now. Null when it cannot be undone: what
 * was before is not kept, or a later change replaced the same part.
 */
export function undoneSetting(setup: Setup, changes: readonly AuditedChange[], version: number): Setup | null {
  const change = changes.find((one) => one.version === version);
  if (change?.before === undefined || setup.state !== 'live') return null;
  const later = new Set(changes.filter((one) => one.version > version).flatMap(({ changed }) => changed));
  if (change.changed.some((part) => later.has(part))) return null;
  return { ...setup, ...change.before };
}
