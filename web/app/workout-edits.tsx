import { useEffect, useState } from 'preact/hooks';
import { dateAndTimeIn } from '../format.ts';
import { language } from '../race/language.ts';
import { secondsOf } from './clock-text.ts';
import { joinWorkouts, readEdits, splitWorkout, undoEdit, type WorkoutEdit, workoutBefore } from './edit-api.ts';
import { Field, Form, Trouble } from './form.tsx';
import { tell } from './tell.ts';
import type { TaggedWorkout } from './workout-api.ts';

const LOOK_EVERY_MS = 1_000;
const MAX_LOOKS = 60;

interface WorkoutEditsProps extends TaggedWorkout {
  /** It is another one now. */
  readonly onCounted: () => void;
}

/** Makes one recorded workout of two, or two of one, and takes that back. */
export function WorkoutEdits({ workout, etag, onCounted }: WorkoutEditsProps) {
  const [edits, setEdits] = useState<readonly WorkoutEdit[]>([]);
  const [said, setSaid] = useState('');
  const [wrong, setWrong] = useState<unknown>(null);
  const [at, setAt] = useState('');
  const [key] = useState(() => crypto.randomUUID());
  useEffect(() => void readEdits().then(setEdits, setWrong), []);
  const own = edits.filter(({ fromMs, untilMs }) => fromMs <= workout.endMs && untilMs >= workout.startMs);

  /** Until the history shows it, which it does when processors are there. */
  async function follow(looks = MAX_LOOKS): Promise<void> {
    const now = await readEdits();
    setEdits(now);
    const isWaiting = now.some(({ state }) => state === 'waiting');
    if (!isWaiting) return onCounted();
    if (looks > 0) setTimeout(() => void follow(looks - 1).catch(setWrong), LOOK_EVERY_MS);
  }

  async function undo(id: string): Promise<void> {
    await undoEdit(id);
    setEdits(await readEdits());
    setSaid(tell('undone'));
  }

  async function join(): Promise<void> {
    const before = await workoutBefore(workout);
    if (before === null) return setSaid(tell('joinNone'));
    await joinWorkouts([before, workout], key);
    setSaid(tell('editWaits'));
    await follow();
  }

  async function split(): Promise<void> {
    const atMs = workout.startMs + (secondsOf(at) ?? 0) * 1_000;
    await splitWorkout(workout.id, etag, atMs);
    setSaid(tell('editWaits'));
    await follow();
  }

  return (
    <section aria-labelledby="join-and-split">
      <h2 id="join-and-split">{tell('joinAndSplit')}</h2>
      <p>
        <button type="button" onClick={() => void join().catch(setWrong)}>
          {tell('joinBefore')}
        </button>
      </p>
      <Form action={tell('splitGo')} onSend={split}>
        <Field label={tell('splitAt')} name="at" about="atMs" value={at} onInput={setAt} required />
      </Form>
      <ul class="rows">
        {own.map((edit) => {
          const when = dateAndTimeIn(language.value, edit.createdMs);
          const what = tell(edit.kind === 'join' ? 'editIsJoin' : 'editIsSplit', { when });
          return (
            <li key={edit.id} data-edit={edit.state}>
              <span>{what}</span>
              <button
                type="button"
                aria-label={tell('undoOf', { what })}
                onClick={() => void undo(edit.id).catch(setWrong)}
              >
                {tell('undo')}
              </button>
            </li>
          );
        })}
      </ul>
      <p role="status">{said}</p>
      <Trouble error={wrong} />
    </section>
  );
}
