import { useState } from 'preact/hooks';
import { textIn } from '../units.ts';
import { Field, Form, Trouble } from './form.tsx';
import { changeGoal, type Goal, removeGoal } from './goal-api.ts';
import { amountText, goalTitle, standText, targetUnit } from './goal-text.ts';
import { tell } from './tell.ts';

interface GoalCardProps {
  readonly goal: Goal;
  /** With what is said of it. */
  readonly onChanged: (said: string) => Promise<void>;
}

/** One goal: how far it is, how it went before, another target, and giving it up. */
export function GoalCard({ goal, onChanged }: GoalCardProps) {
  const [mode, setMode] = useState<'shown' | 'changing' | 'sure'>('shown');
  const [wrong, setWrong] = useState<unknown>(null);
  const title = goalTitle(goal);
  async function giveUp(): Promise<void> {
    await removeGoal(goal);
    await onChanged(tell('goalGone'));
  }
  return (
    <article class="card goal" aria-label={title} data-goal={goal.current.isReached ? 'reached' : 'open'}>
      <h3>{title}</h3>
      <GoalBar goal={goal} />
      <p>{standText(goal)}</p>
      <Past goal={goal} />
      {mode === 'changing' && <TargetForm goal={goal} onChanged={onChanged} />}
      <p class="formats">
        {mode === 'shown' && (
          <>
            <button type="button" aria-label={tell('goalChangeOf', { title })} onClick={() => setMode('changing')}>
              {tell('goalChange')}
            </button>
            <button type="button" aria-label={tell('goalGiveUpOf', { title })} onClick={() => setMode('sure')}>
              {tell('goalGiveUp')}
            </button>
          </>
        )}
        {mode === 'sure' && (
          <button type="button" onClick={() => void giveUp().catch(setWrong)}>
            {tell('goalGiveUpSure')}
          </button>
        )}
        {mode !== 'shown' && (
          <button type="button" onClick={() => setMode('shown')}>
            {tell('goalKeep')}
          </button>
        )}
      </p>
      <Trouble error={wrong} />
    </article>
  );
}

export function GoalBar({ goal }: { goal: Goal }) {
  const { target, current } = goal;
  return <progress aria-label={goalTitle(goal)} value={Math.min(current.value, target)} max={target} />;
}

/** In how many of the periods before, and each of them. */
function Past({ goal: { measure, period, past: all } }: { goal: Goal }) {
  // Before somebody began there is nothing to tell.
  const past = all.slice(0, all.findLastIndex(({ value }) => value > 0) + 1);
  if (past.length === 0) return null;
  const reached = past.filter(({ isReached }) => isReached).length;
  return (
    <details>
      <summary>{tell(`goalPast_${period}`, { n: past.length, reached })}</summary>
      <ul class="plain">
        {past.map(({ name, value, isReached }) => (
          <li key={name}>
            {name}: {amountText(measure, value)} {isReached ? tell('goalReached') : ''}
          </li>
        ))}
      </ul>
    </details>
  );
}

function TargetForm({ goal, onChanged }: GoalCardProps) {
  const { label, size } = targetUnit(goal.measure);
  const [target, setTarget] = useState(() => textIn({ name: '', size }, goal.target, TARGET_STEP));
  async function save(): Promise<void> {
    await changeGoal(goal, Number(target) * size);
    await onChanged(tell('settingsSaved'));
  }
  return (
    <Form action={tell('save')} onSend={save} label={tell('goalChangeOf', { title: goalTitle(goal) })}>
      <Field
        {...{ label, name: 'target', value: target, onInput: setTarget, required: true }}
        {...{ type: 'number', inputMode: 'decimal', min: '0', step: 'any' }}
      />
    </Form>
  );
}

/** Of a metre, a second or a workout. */
const TARGET_STEP = 0.001;
