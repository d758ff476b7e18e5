import { useId } from 'preact/hooks';
import { CONSENT_KINDS, type ConsentKind, presentText } from '../../schemas/consent-texts.ts';
import { dateAndTimeIn } from '../format.ts';
import { language } from '../race/language.ts';
import { tell } from './tell.ts';

/** Since when each is agreed to, as far as it is. */
export type AgreedSince = Partial<Record<ConsentKind, number>>;

/** One box for each text, none of them ticked beforehand, and none needed to go on. */
export function ConsentBoxes({ since = {} }: { since?: AgreedSince }) {
  return (
    <>
      {CONSENT_KINDS.map((kind) => (
        <ConsentBox key={kind} kind={kind} sinceMs={since[kind]} />
      ))}
    </>
  );
}

function ConsentBox({ kind, sinceMs }: { kind: ConsentKind; sinceMs: number | undefined }) {
  const id = useId();
  return (
    <div class="consent">
      <input type="checkbox" {...{ id, name: kind }} defaultChecked={sinceMs !== undefined} />
      <label for={id}>{presentText(kind)[language.value]}</label>
      {sinceMs !== undefined && <small>{tell('agreedSince', { when: dateAndTimeIn(language.value, sinceMs) })}</small>}
    </div>
  );
}

/** The version of each text whose box is ticked. */
export function agreedIn(fields: FormData): Partial<Record<ConsentKind, string>> {
  const ticked = CONSENT_KINDS.filter((kind) => fields.has(kind));
  return Object.fromEntries(ticked.map((kind) => [kind, presentText(kind).version]));
}
