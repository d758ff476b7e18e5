import { signal } from '@preact/signals';
import { dateAndTimeIn } from '../format.ts';
import { forgetAbout } from '../race/keep.ts';
import { language } from '../race/language.ts';
import { saveFile } from '../save-file.ts';
import { forgetSession } from '../session.ts';
import { AppLink } from './app-link.tsx';
import { go, placeFor } from './app-place.ts';
import type { DeletionReceipt } from './deletion-api.ts';
import { tell } from './tell.ts';

const HOT_MS = 7 * 86_400_000;
/** For as long as the page is open: it is nowhere else, and nobody can ask for it again. */
const receipt = signal<DeletionReceipt | null>(null);

/** The account is gone: nobody is logged in, this browser keeps nothing of it, and the receipt is shown. */
export function leaveDeleted(account: string, given: DeletionReceipt): void {
  receipt.value = given;
  go(placeFor('deleted'));
  forgetSession();
  forgetAbout(account);
}

/** The receipt of a deletion, to be kept. */
export function DeletedPage() {
  const given = receipt.value;
  if (given === null) {
    return (
      <p class="empty">
        {tell('receiptGone')} <AppLink to="today">{tell('toToday')}</AppLink>
      </p>
    );
  }
  const lines = linesOf(given);
  const text = `${[tell('deleted'), ...lines.map(([what, said]) => `${what}: ${said}`)].join('\n')}\n`;
  return (
    <section class="narrow" aria-labelledby="receipt">
      <h2 id="receipt">{tell('receipt')}</h2>
      <p role="status">{tell('receiptHow')}</p>
      <dl class="plain">
        {lines.map(([what, said]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>{said}</dd>
          </div>
        ))}
      </dl>
      <p class="formats">
        <button type="button" class="main" onClick={() => saveFile(new Blob([text]), fileName(given))}>
          {tell('receiptSave')}
        </button>
      </p>
      <p>
        <AppLink to="signUp">{tell('signUp')}</AppLink>
      </p>
    </section>
  );
}

const fileName = ({ askedMs }: DeletionReceipt) =>
  `slipstream-deletion-${new Date(askedMs).toISOString().slice(0, 10)}.txt`;

function linesOf({ deletion, askedMs, doneMs, removed }: DeletionReceipt): [string, string][] {
  const said = (atMs: number) => dateAndTimeIn(language.value, atMs);
  const rows = Object.values(removed)
    .flatMap((parts) => Object.values(parts))
    .reduce((sum, count) => sum + count, 0);
  return [
    [tell('receiptNumber'), deletion],
    [tell('receiptAsked'), said(askedMs)],
    [tell('receiptRows'), new Intl.NumberFormat(language.value).format(rows)],
    [tell('goesSoonWhen'), tell('goesSoon')],
    [tell('receiptUntil', { when: said(askedMs + HOT_MS) }), tell('goesWeek')],
    [tell('receiptUntil', { when: said(doneMs) }), tell('goesLast')],
    [tell('goesStaysWhen'), tell('goesStays')],
  ];
}
