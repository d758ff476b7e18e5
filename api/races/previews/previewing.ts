import type { Clock } from '../../../runtime/clock.ts';
import type { StoredRace } from '../../../runtime/race-config.ts';
import { checkRaceSetting, checkStarters } from '../../../schemas/race-check.ts';
import type { PreviewFailure, PreviewQuestion, RacePreview } from '../../../schemas/race-preview.ts';
import { Problem } from '../../problem.ts';
import type { BoardSource } from '../board-source.ts';
import { asProblems, assertVersion } from '../setup/owned-race.ts';
import { type OwnSetting, ownOf } from '../setup/stated-race.ts';

export interface PreviewingDeps {
  readonly boards: Pick<BoardSource, 'preview'>;
  readonly clock: Clock;
}

export type Previewed = { readonly preview: RacePreview } | { readonly done: number; readonly of: number };

const ASK_AGAIN_MS = 200;
/** A holder hears of a new version within moments. */
const OTHER_VERSION_MS = 3_000;

/** A holder that reckons a large board is silent for a moment, and so is a race whose holder moves. */
const UNANSWERED_MS = 5_000;

/**
 * The question that asks what `next` would do to the race, after the same checks as the change itself. Throws the
 * problem that says why not.
 */
export function questionOf(
  { setting, race }: StoredRace,
  ifMatch: string | undefined,
  next: (own: OwnSetting) => OwnSetting,
): PreviewQuestion {
  if (setting.state === 'draft') throw new Problem('race_draft', { detail: setting.id });
  if (setting.state !== 'live') throw new Problem('race_closed');
  assertVersion(setting, ifMatch);
  return asProblems(() => {
    const { name, sport, closesMs, checkpoints, waves, categories } = next(ownOf(setting));
    const changed = { name, sport, closesMs, checkpoints, waves, categories };
    checkStarters(checkRaceSetting({ ...setting, ...changed }), race.starters);
    return { ask: 'preview', version: setting.version, changed };
  });
}

/**
 * Asks the holder of the race's board until the preview is there, for `waitMs` at most; then how far it is. Throws the
 * problem that says why there is none. A holder that is silent for a while is asked again.
 */
export function createPreviewing({ boards, clock }: PreviewingDeps) {
  return async (race: string, question: PreviewQuestion, waitMs: number): Promise<Previewed> => {
    const fromMs = clock.monotonicMs();
    let answeredMs = fromMs;
    for (;;) {
      const answer = await boards.preview(race, question);
      const nowMs = clock.monotonicMs();
      const passedMs = nowMs - fromMs;
      if (answer === null) {
        if (nowMs - answeredMs >= Math.min(waitMs, UNANSWERED_MS))
          throw new Problem('board_unavailable', { detail: race });
        await clock.sleep(ASK_AGAIN_MS);
        continue;
      }
      answeredMs = nowMs;
      const { preview: found } = answer;
      if (found.state === 'done') return { preview: found.preview };
      if (found.state === 'busy') throw new Problem('previews_busy');
      if (found.state === 'failed') throw problemOf(found.why);
      if (found.state === 'other_version') {
        if (found.version > question.version) throw problemOf('race_changed');
        if (passedMs > OTHER_VERSION_MS) throw new Problem('board_unavailable', { detail: race });
      } else if (passedMs >= waitMs) return { done: found.done, of: found.of };
      await clock.sleep(ASK_AGAIN_MS);
    }
  };
}

function problemOf(why: PreviewFailure): Problem {
  switch (why) {
    case 'store_unavailable':
      return new Problem('store_unavailable', { store: 'clickhouse' });
    case 'race_changed':
      return new Problem('race_changed');
    case 'took_too_long':
      return new Problem('previews_busy', { detail: 'it took longer than a preview may take' });
    case 'failed':
      return new Problem('internal_error', { detail: 'the preview could not be made; the log says why' });
  }
}
