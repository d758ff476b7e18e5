import { DataTable } from './data-table.tsx';
import type { Funnel } from './product-answers.ts';
import { count, dayText, percent, say } from './say.ts';

/** How many of those who sign up come how far. */
export function FunnelSection({ funnel: { fromDay, steps } }: { funnel: Funnel }) {
  const first = steps[0]?.people ?? null;
  const shareOf = (people: number | null) => (people === null || first === null || first === 0 ? null : people / first);
  const shareText = (people: number | null) => {
    const share = shareOf(people);
    return share === null ? '–' : percent(share);
  };
  return (
    <section aria-labelledby="funnel">
      <h2 id="funnel">{say('funnel')}</h2>
      <p class="none">{say('funnelHow', { from: dayText(fromDay) })}</p>
      <ol class="funnel">
        {steps.map(({ step, people }) => (
          <li key={step} data-step={step}>
            <span>{say(`step_${step}`)}</span>
            <strong>{count(people)}</strong> <small>{shareText(people)}</small>
            <span class="funnel-bar" aria-hidden="true" style={{ inlineSize: `${100 * (shareOf(people) ?? 0)}%` }} />
          </li>
        ))}
      </ol>
      <DataTable
        label={say('funnel')}
        head={[say('step'), say('people'), say('shareOfFirst')]}
        rows={steps.map(({ step, people }) => [say(`step_${step}`), count(people), shareText(people)])}
        csv={{
          ...{ name: 'funnel', head: ['step', 'people', 'share_of_first'] },
          rows: steps.map(({ step, people }) => [step, people, shareOf(people)]),
        }}
      />
    </section>
  );
}
