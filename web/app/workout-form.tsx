import { SPORTS } from '../../schemas/events.ts';
import { duration } from '../format.ts';
import { inUnit, sportName } from '../progress/say.ts';
import { UNIT_SYSTEMS } from '../units.ts';
import { Field, Form, Select } from './form.tsx';
import { labelIn } from './measures.ts';
import { tell } from './tell.ts';
import { VISIBILITIES } from './workout-api.ts';
import type { FieldName, WorkoutFields } from './workout-fields.ts';

interface WorkoutFormProps {
  readonly fields: WorkoutFields;
  readonly onChange: (fields: WorkoutFields) => void;
  readonly action: string;
  readonly onSend: () => Promise<void>;
  /** Numbers that were measured are not entered. */
  readonly isMeasured?: boolean;
}

/** Three things are needed; the rest is there for who wants it. */
export function WorkoutForm({ fields, onChange, action, onSend, isMeasured = false }: WorkoutFormProps) {
  const { long, high } = UNIT_SYSTEMS[fields.units];
  const bound = (name: FieldName) => ({
    ...{ name, value: fields[name], onInput: (value: string) => onChange({ ...fields, [name]: value }) },
  });
  const number = { type: 'number', inputMode: 'decimal', min: '0', step: 'any' } as const;
  return (
    <Form action={action} onSend={onSend}>
      <Select label={tell('sport')} {...bound('sport')} options={SPORTS.map((one) => [one, sportName(one)])} />
      {!isMeasured && (
        <>
          <Field label={tell('began')} type="datetime-local" required {...bound('localStart')} />
          <fieldset>
            <legend>{tell('duration')}</legend>
            <div class="three">
              <Field label={tell('hours')} {...bound('hours')} {...number} step="1" max="168" />
              <Field
                label={tell('minutes')}
                about="durationS"
                {...bound('minutes')}
                {...number}
                step="1"
                max="59"
                limitText={duration}
              />
              <Field label={tell('seconds')} {...bound('seconds')} {...number} step="1" max="59" />
            </div>
          </fieldset>
          <Field
            label={labelIn('distanceIn', long)}
            about="distanceM"
            {...bound('distance')}
            {...number}
            limitText={(m) => inUnit('long', m, 0)}
          />
        </>
      )}
      <Field label={tell('workoutName')} {...bound('name')} maxLength={120} />
      <details open={isMeasured}>
        <summary>{tell('more')}</summary>
        <div class="more">
          {!isMeasured && (
            <>
              <Field
                label={labelIn('climbIn', high)}
                about="climbM"
                {...bound('climb')}
                {...number}
                limitText={(m) => inUnit('high', m, 0)}
              />
              <Field label={tell('heartRate')} {...bound('averageHeartRateBpm')} {...number} />
              <Field label={tell('energy')} {...bound('energyKcal')} {...number} />
            </>
          )}
          <Select
            label={tell('effort')}
            {...bound('effort')}
            options={[['', tell('notSaid')], ...EFFORTS.map((n) => [String(n), effortText(n)] as const)]}
          />
          <Select
            label={tell('visibility')}
            {...bound('visibility')}
            options={VISIBILITIES.map((one) => [one, tell(`visible_${one}`)])}
          />
          <Field label={tell('notes')} isLong {...bound('notes')} maxLength={5_000} />
        </div>
      </details>
    </Form>
  );
}

const EFFORTS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
/** Words of Borg's CR10 scale, where it has some. */
const EFFORT_WORDS = {
  1: 'effort_1',
  2: 'effort_2',
  3: 'effort_3',
  4: 'effort_4',
  5: 'effort_5',
  7: 'effort_7',
  10: 'effort_10',
} as const;

export function effortText(effort: number): string {
  const phrase = (EFFORT_WORDS as Readonly<Record<number, (typeof EFFORT_WORDS)[keyof typeof EFFORT_WORDS]>>)[effort];
  return phrase === undefined ? String(effort) : `${effort}: ${tell(phrase)}`;
}
