import type { RecordProgress, RecordStep } from '../../schemas/athlete-progress.ts';
import type { RecordKind } from '../../schemas/record.ts';
import { duration } from '../format.ts';
import { records, sport } from './progress-store.ts';
import { dateOf, plain, recordName, say, sportName, written } from './say.ts';
import type { ProgressPhrase } from './words-en.ts';

const KINDS = [
  ['distance', 'overDistance'],
  ['power', 'overTime'],
  ['longest', 'inOne'],
] as const satisfies readonly (readonly [RecordKind, ProgressPhrase])[];

/** What holds now, each with what it was before; of all sports or of the one that is chosen. */
export function RecordsSection() {
  const answer = records.value;
  if (answer === null) return null;
  const chosen = answer.records.filter((one) => sport.value === '' || one.sport === sport.value);
  const bySport = [...Map.groupBy(chosen, (one) => one.sport)];
  return (
    <section aria-labelledby="records">
      <h2 id="records">{say('records')}</h2>
      {bySport.length === 0 && <p class="none">{say('noRecords')}</p>}
      {bySport.map(([of, own]) => (
        <div key={of} data-sport={of}>
          <h3>{sportName(of)}</h3>
          {KINDS.map(([kind, title]) => (
            <OfKind key={kind} {...{ kind, title }} records={own.filter((one) => one.kind === kind)} />
          ))}
        </div>
      ))}
    </section>
  );
}

interface OfKindProps {
  readonly kind: RecordKind;
  readonly title: ProgressPhrase;
  readonly records: readonly RecordProgress[];
}

function OfKind({ kind, title, records }: OfKindProps) {
  if (records.length === 0) return null;
  return (
    <>
      <h4>{say(title)}</h4>
      <ul class="records">
        {records.toSorted(byLength).map((record) => (
          <li key={record.name} data-record={record.name}>
            <details>
              <summary>
                <strong>{recordName(kind, record.name)}</strong> {valueText(record, record.steps[0].value)}{' '}
                <small>
                  {dateOf(record.steps[0].startMs)} · {say('history', { n: record.steps.length })}
                </small>
              </summary>
              <ol>
                {record.steps.map((step, i) => (
                  <li key={step.startMs}>
                    <a href={`/?activity=${step.activity}`}>{dateOf(step.startMs)}</a>:{' '}
                    {`${valueText(record, step.value)}, `}
                    {gainText(record, step, record.steps[i + 1])}
                  </li>
                ))}
              </ol>
            </details>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Distances by their time, which is as good; powers by the time that they were held; else by name. */
function byLength(a: RecordProgress, b: RecordProgress): number {
  if (a.kind === 'distance') return a.steps[0].value - b.steps[0].value;
  return (Number.parseInt(a.name, 10) || 0) - (Number.parseInt(b.name, 10) || 0);
}

function valueText({ kind, unit, name }: RecordProgress, value: number): string {
  if (unit === 'W') return `${plain(value)} W`;
  if (kind === 'distance') return duration(value);
  return written(unit === 's' ? 'movingS' : name === 'climb' ? 'elevationGainM' : 'distanceM', value, 1);
}

function gainText(record: RecordProgress, { value }: RecordStep, before: RecordStep | undefined): string {
  if (before === undefined) return say(record.isWhole ? 'first' : 'notFirst');
  const by = valueText(record, Math.abs(value - before.value));
  return say(record.kind === 'distance' ? 'faster' : 'better', { by });
}
