import { useState } from 'preact/hooks';
import { SPAN_UNITS, type SpanUnit } from '../../schemas/athlete-progress.ts';
import { SPORTS, type Sport } from '../../schemas/events.ts';
import { plain, sportName } from '../progress/say.ts';
import { Field, Form, Select } from './form.tsx';
import { addGoal, GOAL_MEASURES, type GoalMeasure } from './goal-api.ts';
import { targetUnit } from './goal-text.ts';
import { tell } from './tell.ts';

/** Another goal: what, how much of it, in which sport, and how often anew. */
export function GoalForm({ onAdded }: { onAdded: () => Promise<void> }) {
  const [measure, setMeasure] = useState<GoalMeasure>('distanceM');
  const [period, setPeriod] = useState<SpanUnit>('week');
  const [sport, setSport] = useState<Sport | ''>('');
  const [target, setTarget] = useState('');
  // A second press, after an answer that was lost, makes no second goal.
  const [key, setKey] = useState(() => crypto.randomUUID());
  const { label, size } = targetUnit(measure);

  /** What is said anew is another goal, which the key of the one before does not fit. */
  function choosing<Value extends string>(choose: (value: Value) => void) {
    return (value: string) => {
      choose(value as Value);
      setKey(crypto.randomUUID());
    };
  }

  async function add(): Promise<void> {
    await addGoal({ measure, period, sport: sport === '' ? null : sport, target: Number(target) * size }, key);
    setTarget('');
    setKey(crypto.randomUUID());
    await onAdded();
  }

  return (
    <Form action={tell('goalGo')} onSend={add} label={tell('goalNew')}>
      <div class="more">
        <Select
          label={tell('goalMeasure')}
          name="measure"
          value={measure}
          options={GOAL_MEASURES.map((one) => [one, tell(`goalOf_${one}`)])}
          onInput={choosing<GoalMeasure>(setMeasure)}
        />
        <Field
          {...{ label, name: 'target', value: target, onInput: choosing(setTarget), required: true }}
          {...{ type: 'number', inputMode: 'decimal', min: '0', step: 'any' }}
          limitText={(limit) => plain(limit / size, 0)}
        />
        <Select
          label={tell('goalPeriod')}
          name="period"
          value={period}
          options={SPAN_UNITS.map((one) => [one, tell(`goalIn_${one}`)])}
          onInput={choosing<SpanUnit>(setPeriod)}
        />
        <Select
          label={tell('sport')}
          name="sport"
          value={sport}
          options={[['', tell('allSports')], ...SPORTS.map((one) => [one, sportName(one)] as const)]}
          onInput={choosing<Sport | ''>(setSport)}
        />
      </div>
    </Form>
  );
}
