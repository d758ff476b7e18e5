import type { DeadLetterCounts } from '../../schemas/operations.ts';
import { number, reasonText, say } from './say.ts';

/** What nobody could use, and why. */
export function DeadSection({ letters }: { letters: DeadLetterCounts | null }) {
  return (
    <section aria-labelledby="dead">
      <h2 id="dead">{say('deadLetters')}</h2>
      {letters === null ? <p class="ill">{say('noLags')}</p> : <Reasons letters={letters} />}
    </section>
  );
}

function Reasons({ letters: { messages, reasons } }: { letters: DeadLetterCounts }) {
  if (messages === 0) return <p>{say('noDead')}</p>;
  const counted = Object.entries(reasons ?? {}).sort(([, a], [, b]) => b - a);
  return (
    <>
      <p class="beside">{say('deadTotal', { n: messages })}</p>
      {reasons === null ? (
        <p>{say('deadTooMany')}</p>
      ) : (
        <table class="reasons">
          <thead>
            <tr>
              <th scope="col">{say('reason')}</th>
              <th scope="col">{say('count')}</th>
            </tr>
          </thead>
          <tbody>
            {counted.map(([reason, count]) => (
              <tr key={reason} data-reason={reason}>
                <th scope="row">
                  <code>{reason}</code>
                  <small>{reasonText(reason)}</small>
                </th>
                <td>{number(count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
