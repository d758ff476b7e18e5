import type { Clock } from '../../runtime/clock.ts';
import type { KeyValue } from '../../runtime/kv/kv.ts';
import { readRace, writeRace } from '../../runtime/race-config.ts';
import { StartError } from '../../runtime/service.ts';
import type { RaceSetting, Starter } from '../../schemas/race.ts';
import { RaceError } from '../../schemas/race-check.ts';
import type { BoardReader } from './board-reader.ts';

export interface OpenRaceDeps {
  /** The bucket CONFIG. */
  readonly config: KeyValue;
  readonly board: BoardReader;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const KNOWN_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 200;

/**
 * Writes a race that is not there yet and waits until its board is. Throws StartError when there is one of that id,
 * when it breaks a rule of races, or when nobody shows a board within half a minute.
 */
export async function openRace(
  { config, board, clock, signal }: OpenRaceDeps,
  setting: Omit<RaceSetting, 'version' | 'starters'>,
  starters: readonly Starter[],
): Promise<void> {
  if ((await readRace(config, setting.id)) !== null) {
    throw new StartError(`there is a race ${setting.id} already: another one needs another --race-id`);
  }
  try {
    await writeRace(config, null, setting, starters);
  } catch (error) {
    if (error instanceof RaceError) throw new StartError(`the race cannot be: ${error.message}`);
    throw error;
  }
  for (const untilMs = clock.monotonicMs() + KNOWN_WITHIN_MS; ; ) {
    const { total, trouble } = await board.countRows();
    if (total === starters.length) return;
    if (clock.monotonicMs() > untilMs) {
      throw new StartError(`nobody shows the board of ${setting.id} (${trouble ?? `${total} rows`}): see --api-url`);
    }
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}
