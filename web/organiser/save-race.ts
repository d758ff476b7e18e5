import { ProblemError } from '../problem-error.ts';
import type { OrganiserApi, TaggedSetup } from './organiser-api.ts';
import { type RaceDraft, statedOf } from './race-draft.ts';

export interface RaceFiles {
  readonly gpx: File | null;
  readonly csv: File | null;
}

/** What was being saved when the API said no. */
export type SaveStep = 'race' | 'course' | 'setting' | 'starters' | 'live';

export class SaveError extends Error {
  override name = 'SaveError';
  readonly step: SaveStep;
  readonly problem: ProblemError;

  constructor(step: SaveStep, problem: ProblemError) {
    super(problem.message, { cause: problem });
    this.step = step;
    this.problem = problem;
  }
}

interface Saving {
  readonly draft: RaceDraft;
  readonly files: RaceFiles;
  /** A draft becomes public in the end. */
  readonly isToBeLive: boolean;
  /** The version that is changed; null of a race that is still to be made. */
  readonly before: TaggedSetup | null;
  readonly key: string;
  /** Told of each version that was reached, so that another try goes on from there. */
  readonly onSaved: (saved: TaggedSetup) => void;
}

/**
 * Makes or changes a race: itself, its course, its settings, its starters, and only then its public state, so that
 * nobody sees half of one. Throws SaveError, TypeError when the API cannot be reached.
 */
export async function saveRace(api: OrganiserApi, saving: Saving): Promise<TaggedSetup> {
  const { draft, files, isToBeLive, key, onSaved } = saving;
  const { id, name, sport, organiser } = draft;
  async function step(named: SaveStep, run: () => Promise<TaggedSetup>): Promise<TaggedSetup> {
    try {
      const saved = await run();
      onSaved(saved);
      return saved;
    } catch (error) {
      throw error instanceof ProblemError ? new SaveError(named, error) : error;
    }
  }

  const whose = organiser === '' ? {} : { organiser };
  let now = saving.before ?? (await step('race', () => api.create({ id, name, sport, ...whose }, key)));
  const { gpx, csv } = files;
  if (gpx !== null) {
    const laps = Number(draft.laps);
    now = await step('course', () => api.putCourse(id, now.etag, gpx, laps));
  }
  const state = now.setup.state === 'live' ? 'live' : 'draft';
  now = await step('setting', () => api.putRace(id, now.etag, statedOf(draft, state)));
  if (csv !== null) now = await step('starters', () => api.putStarters(id, now.etag, csv));
  if (!isToBeLive || state === 'live') return now;
  return step('live', () => api.putRace(id, now.etag, statedOf(draft, 'live')));
}
