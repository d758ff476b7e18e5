import { parseJson } from './parse-json.ts';
/**
 * Who comes first when there is not room for everybody, the first to give way first. An operator says it in CONFIG of a
 * device or an athlete; a frame cannot say it of itself, or every device would soon claim to be in a race.
 */
export const PRIORITIES = ['background', 'live', 'race'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** Of a device of which nobody has said anything. */
export const DEFAULT_PRIORITY: Priority = 'live';

export function byPriority<Value>(make: (priority: Priority) => Value): Record<Priority, Value> {
  return Object.fromEntries(PRIORITIES.map((priority) => [priority, make(priority)])) as Record<Priority, Value>;
}

/** What CONFIG holds of a device or an athlete. */
export interface PrioritySetting {
  /** Grows by one with each change of the entity. */
  readonly version: number;
  readonly priority: Priority;
  /** From then on it counts no more, ms since the epoch; null when it holds until it is changed. */
  readonly untilMs: number | null;
}

export function encodePriority(setting: PrioritySetting): Buffer {
  return Buffer.from(JSON.stringify(setting));
}

/** Null when the bytes are no setting. */
export function parsePriority(bytes: Uint8Array): PrioritySetting | null {
  const said = parseJson(bytes) as Partial<Record<keyof PrioritySetting, unknown>> | null;
  const { version, priority, untilMs } = said ?? {};
  if (!Number.isSafeInteger(version) || !PRIORITIES.includes(priority as Priority)) return null;
  if (untilMs !== null && !Number.isSafeInteger(untilMs)) return null;
  return { version: version as number, priority: priority as Priority, untilMs: untilMs as number | null };
}
