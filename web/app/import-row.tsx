import { useEffect, useState } from 'preact/hooks';
import { dateAndTimeIn } from '../format.ts';
import { language } from '../race/language.ts';
import { AppLink } from './app-link.tsx';
import { placeFor } from './app-place.ts';
import { Trouble } from './form.tsx';
import { type FileImport, type ImportedFile, type ListedImport, readImport } from './import-api.ts';
import { outcomeText, percentOf } from './import-text.ts';
import { tell } from './tell.ts';

const LOOK_EVERY_MS = 1_500;
/** A workout appears within seconds of its file; where it was removed since, it never does. */
const WORKOUTS_WITHIN_MS = 120_000;

const UNDONE: readonly ImportedFile['state'][] = ['waiting', 'reading'];

/** One upload: how far it is, and once it is opened what became of each file. */
export function ImportRow({ listed, startsOpen }: { listed: ListedImport; startsOpen: boolean }) {
  const [isOpen, setOpen] = useState(startsOpen);
  const [known, setKnown] = useState<FileImport | null>(null);
  const [wrong, setWrong] = useState<unknown>(null);
  const { endedMs, progress } = known ?? listed;
  const when = dateAndTimeIn(language.value, listed.createdMs);

  useEffect(() => {
    if (!isOpen) return;
    let [isGone, timer] = [false, 0];
    const sinceMs = performance.now();
    async function look(): Promise<void> {
      let isOver = false;
      try {
        const found = document.hidden ? null : await readImport(listed.id);
        if (isGone) return;
        if (found !== null) setKnown(found);
        const waitedMs = performance.now() - sinceMs;
        isOver = found !== null && found.endedMs !== null && (isSettled(found) || waitedMs > WORKOUTS_WITHIN_MS);
        setWrong(null);
      } catch (error) {
        if (!isGone) setWrong(error);
      }
      if (!isOver && !isGone) timer = window.setTimeout(look, LOOK_EVERY_MS);
    }
    void look();
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [isOpen, listed.id]);
  return (
    <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)} data-import={listed.id}>
      <summary>
        {tell('importTitle', { when, n: listed.files })} ·{' '}
        {endedMs === null ? tell('importOpen', { percent: percentOf(progress) }) : tell('importOver')}
      </summary>
      {endedMs === null && <progress value={progress} aria-label={tell('importProgress', { when })} />}
      <p role="status">{known !== null && countText(known)}</p>
      <ul class="rows">
        {(known?.files ?? []).map((file, place) => (
          // What is at a place of an import never changes, and names may come twice.
          <FileRow key={place} file={file} />
        ))}
      </ul>
      <Trouble error={wrong} />
    </details>
  );
}

const isSettled = ({ files }: FileImport) => files.every(({ state, health }) => state !== 'stored' || health !== null);

/** Read out whenever another file is done. */
function countText({ files }: FileImport): string {
  return tell('importCounts', { n: files.length, done: files.filter(({ state }) => !UNDONE.includes(state)).length });
}

function FileRow({ file }: { file: ImportedFile }) {
  const { name, state, workouts } = file;
  const isRefused = state === 'refused' || state === 'failed';
  return (
    <li data-file={state}>
      <span>
        <strong>
          <bdi>{name}</bdi>
        </strong>
        <small class={isRefused ? 'wrong' : ''}>{outcomeText(file)}</small>
      </span>
      <span class="formats">
        {workouts.map((id, i) => (
          <AppLink key={id} to={placeFor('workout', { id })}>
            {workouts.length === 1 ? tell('toWorkout') : tell('toWorkoutNumber', { number: i + 1 })}{' '}
            <span class="unseen">({name})</span>
          </AppLink>
        ))}
      </span>
    </li>
  );
}
