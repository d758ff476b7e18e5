import { useEffect, useRef, useState } from 'preact/hooks';
import type { RacePreview } from '../../schemas/race-preview.ts';
import { ProblemError } from '../problem-error.ts';
import { api } from './desk-store.ts';
import type { StatedRace, TaggedSetup } from './organiser-api.ts';
import { draftOf, type RaceDraft, statedOf } from './race-draft.ts';

/** What the change of a live race would do, as far as that is known. */
export interface ChangePreview {
  /** Null before it is there. */
  readonly found: RacePreview | null;
  readonly progress: { readonly done: number; readonly of: number } | null;
  readonly trouble: unknown;
  readonly isAsking: boolean;
  /** Asks for the preview of what is said; what was asked before is given up. */
  ask(said: StatedRace): Promise<void>;
  /** Something else is said by now: what was found is of no use. */
  forget(): void;
}

type Shown = Pick<ChangePreview, 'found' | 'progress' | 'trouble' | 'isAsking'>;

const NOTHING: Shown = { found: null, progress: null, trouble: null, isAsking: false };
/** Each waits ten seconds at the API: five minutes, longer than a preview may take; then it is told as failed. */
const MAX_ASKS = 30;

export function useChangePreview(before: TaggedSetup | null): ChangePreview {
  const [shown, setShown] = useState(NOTHING);
  const turn = useRef(0);
  useEffect(
    () => () => {
      turn.current++;
    },
    [],
  );

  async function ask(said: StatedRace): Promise<void> {
    if (before === null) return;
    const mine = ++turn.current;
    const show = (next: Partial<Shown>) => {
      if (mine === turn.current) setShown({ ...NOTHING, ...next });
    };
    show({ isAsking: true });
    try {
      for (let asks = 0; asks < MAX_ASKS && mine === turn.current; asks++) {
        const answer = await api.preview(before.setup.id, before.etag, said);
        if ('summary' in answer) return show({ found: answer });
        show({ isAsking: true, progress: answer });
      }
      show({ trouble: new ProblemError(503, { type: 'urn:slipstream:problem:previews_busy' }) });
    } catch (trouble) {
      show({ trouble });
    }
  }

  return {
    ...shown,
    ask,
    forget() {
      turn.current++;
      setShown(NOTHING);
    },
  };
}

/** Whether the draft moves a gun, a checkpoint or the end of a race that goes on: then results change with it. */
export function movesTimes(draft: RaceDraft, before: TaggedSetup | null): boolean {
  if (before?.setup.state !== 'live') return false;
  const timesOf = (one: RaceDraft) => {
    const { closesMs, waves, checkpoints } = statedOf(one, 'live');
    const places = checkpoints.map(({ name: _, ...place }) => place);
    return JSON.stringify([closesMs, waves.map(({ id, gunTimeMs }) => [id, gunTimeMs]), places]);
  };
  try {
    return timesOf(draft) !== timesOf(draftOf(before.setup));
  } catch (error) {
    // A time is being typed; the input says so.
    if (error instanceof RangeError) return true;
    throw error;
  }
}
