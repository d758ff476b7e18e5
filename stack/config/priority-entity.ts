import { OptionError } from '../../runtime/options.ts';
import { readPriorities, setPriority } from '../../runtime/priorities.ts';
import { ATHLETE_PATTERN, DEVICE_PATTERN } from '../../schemas/identity.ts';
import { keys } from '../../schemas/names.ts';
import { DEFAULT_PRIORITY, PRIORITIES, type Priority, type PrioritySetting } from '../../schemas/priority.ts';
import type { ConfigCommandDeps } from './entity.ts';

const HOUR_MS = 3_600_000;

/** Who comes first when room gets scarce. Throws OptionError, KvUnavailableError, KeyConflictError. */
export async function priorityEntity({ options, clock, openConfig }: ConfigCommandDeps): Promise<string> {
  const { id, value, athlete, hours, clear, file } = options;
  if (file !== undefined) throw new OptionError('--file says nothing of a priority');
  if (id === undefined) {
    if (athlete || clear || hours !== undefined) throw new OptionError('of which device, or of which athlete?');
    return listing(await readPriorities(await openConfig()), clock.nowMs());
  }
  if (!(athlete ? ATHLETE_PATTERN : DEVICE_PATTERN).test(id) || id === '') {
    throw new OptionError(`"${id}" is not the id of ${athlete ? 'an athlete' : 'a device'}`);
  }
  const key = keys.priority(athlete ? 'athlete' : 'device', id);
  const whose = `${athlete ? 'athlete' : 'device'} ${id}`;
  if (clear) {
    if (value !== undefined || hours !== undefined) throw new OptionError('--clear takes back what was set: no value');
    await (await openConfig()).delete(key);
    return `${whose}: nothing is set`;
  }
  if (value === undefined) {
    if (hours !== undefined) throw new OptionError(`which priority? One of ${PRIORITIES.join(', ')}`);
    const setting = (await readPriorities(await openConfig())).get(key);
    return setting ? line(whose, setting, clock.nowMs()) : `${whose}: nothing is set`;
  }
  if (!PRIORITIES.includes(value as Priority)) {
    throw new OptionError(`"${value}" is not a priority: one of ${PRIORITIES.join(', ')}`);
  }
  const untilMs = hours === undefined ? null : Math.round(clock.nowMs() + hours * HOUR_MS);
  const setting = await setPriority(await openConfig(), key, { priority: value as Priority, untilMs });
  return line(whose, setting, clock.nowMs());
}

function listing(settings: ReadonlyMap<string, PrioritySetting>, nowMs: number): string {
  const lines = [...settings].map(([key, setting]) => {
    const { kind, id } = keys.parsePriority(key)!;
    return line(`${kind} ${id}`, setting, nowMs);
  });
  return [...lines, `everybody else: ${DEFAULT_PRIORITY}`].join('\n');
}

function line(whose: string, { priority, version, untilMs }: PrioritySetting, nowMs: number): string {
  const until =
    untilMs === null ? '' : `, ${untilMs > nowMs ? 'until' : 'over since'} ${new Date(untilMs).toISOString()}`;
  return `${whose}: ${priority}${until} (version ${version})`;
}
