import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '../../../runtime/clock.ts';
import type { KeyValue } from '../../../runtime/kv/kv.ts';
import { RaceChangedError, type StoredRace, writeRace } from '../../../runtime/race-config.ts';
import { type Act, RACE_ACT_KIND, type RaceAct } from '../../../schemas/race-act.ts';
import type { RaceOfficial } from '../../caller.ts';
import { invalidParameter, Problem } from '../../problem.ts';
import type { BoardSource } from '../board-source.ts';
import { readOwn } from '../setup/owned-race.ts';
import { ownOf } from '../setup/stated-race.ts';
import { type ActLog, ActsBusyError, TooManyActsError } from './act-log.ts';
import { consequences, NothingToUndoError, stateOf } from './standing-acts.ts';

export interface ActingDeps {
  readonly acts: ActLog;
  /** The bucket CONFIG. */
  readonly config: KeyValue;
  readonly clock: Clock;
  readonly boards: Pick<BoardSource, 'reviews'>;
}

const MAX_TRIES = 5;

/** How an official is named in the audit. */
export function nameOf(official: RaceOfficial): string {
  if (official.kind === 'operator') return `operator ${official.name}`;
  return official.kind === 'feed' ? `feed ${official.tokenId}` : `organiser ${official.organiser}`;
}

/**
 * Does what an official decided about a race: the act is stored in its row first, and counts from then on; the state
 * in CONFIG follows. Whoever repeats a request after a lost answer, under its key, acts once, and mends a state that
 * did not follow. Throws the problem that says why not.
 */
export function createActing({ acts, config, clock, boards }: ActingDeps) {
  async function act(
    id: string,
    official: RaceOfficial,
    { act, why }: { act: Act; why: string },
    key: string | undefined,
  ): Promise<RaceAct> {
    const stored = await readOwn(config, id, official);
    assertOfRace(stored, act);
    if (act.type === 'review') await assertFound(id, act);
    const by = nameOf(official);
    const actId =
      key === undefined ? randomUUID() : createHash('sha256').update(`${by}\0${key}`).digest('hex').slice(0, 24);
    const done = await asProblems(() =>
      acts.add(id, actId, (before) => {
        const next = { number: before.length + 1, by, saidMs: clock.nowMs(), why, act };
        return { kind: RACE_ACT_KIND, race: id, id: actId, ...next, ...consequences(before, next) };
      }),
    );
    if (JSON.stringify(done.act) !== JSON.stringify(act)) throw new Problem('key_reused', { detail: id });
    if (done.effects.some((effect) => 'state' in effect)) await followState(id, official);
    return done;
  }

  /** What is decided has to be in the queue; evidence that changed meanwhile is told with the decision. */
  async function assertFound(race: string, { finding, revision }: Extract<Act, { type: 'review' }>): Promise<void> {
    const queue = await boards.reviews(race);
    if (queue === null) throw new Problem('board_unavailable', { detail: race });
    const found = queue.findings.find(({ id }) => id === finding);
    if (found === undefined) throw invalidParameter('act/finding', 'is not in the queue');
    if (revision > found.revision) throw invalidParameter('act/revision', `is not there yet: it is ${found.revision}`);
  }

  /** Writes the state that the acts say into CONFIG, unless it is there. */
  async function followState(id: string, official: RaceOfficial): Promise<void> {
    for (let tries = 1; ; tries++) {
      const before = await readOwn(config, id, official);
      const state = stateOf(await acts.read(id));
      if (state === null || before.setting.state === state) return;
      try {
        await writeRace(config, before, { ...ownOf(before.setting), state }, null);
        return;
      } catch (error) {
        if (!(error instanceof RaceChangedError) || tries === MAX_TRIES) throw error;
      }
    }
  }

  return {
    act,
    async audit(id: string, official: RaceOfficial) {
      const { changes = [] } = (await readOwn(config, id, official)).setting;
      return { acts: await acts.read(id), changes };
    },
  };
}
export type Acting = ReturnType<typeof createActing>;

function assertOfRace({ race }: StoredRace, act: Act): void {
  if (race.state === 'draft') throw new Problem('race_draft', { detail: race.id });
  if (!('bib' in act)) return;
  if (!race.starters.some(({ bib }) => bib === act.bib)) throw invalidParameter('act/bib', 'is of nobody in the race');
  if (act.type === 'verdict') return;
  const checkpoint = race.checkpoints.find(({ id }) => id === act.checkpoint);
  if (checkpoint === undefined) throw invalidParameter('act/checkpoint', 'is none of the race');
  const passes = checkpoint.positionM.length;
  if (act.pass > passes) throw invalidParameter('act/pass', `is not there: ${checkpoint.id} is passed ${passes} times`);
}

async function asProblems<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof NothingToUndoError) {
      throw new Problem(error.isKnown ? 'act_undone' : 'unknown_act', { detail: error.message });
    }
    if (error instanceof ActsBusyError || error instanceof TooManyActsError) {
      throw new Problem('acts_busy', { detail: error.message });
    }
    throw error;
  }
}
