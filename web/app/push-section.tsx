import { useEffect, useState } from 'preact/hooks';
import { dateAndTimeIn } from '../format.ts';
import { keep, kept } from '../race/keep.ts';
import { language } from '../race/language.ts';
import { Trouble } from './form.tsx';
import {
  type PushRefusal,
  PushRefusedError,
  type PushSubscriber,
  readSubscribers,
  refusalBefore,
  removeSubscriber,
  subscribe,
  unsubscribeHere,
} from './push.ts';
import { tell } from './tell.ts';

/** By which of the account's subscribers this browser knows itself. */
const HERE = 'push-subscriber';

/** Browsers that news is pushed to, this one among them where somebody wants that. */
export function PushSection() {
  const [all, setAll] = useState<readonly PushSubscriber[] | null>(null);
  const [refusal, setRefusal] = useState<PushRefusal | null>(refusalBefore);
  const [said, say] = useState('');
  const [wrong, setWrong] = useState<unknown>(null);
  const hereId = kept(HERE);
  const isHere = (all ?? []).some(({ id }) => id === hereId);
  const look = async () => setAll(await readSubscribers());

  function attempt(act: Promise<void>): void {
    act.then(
      () => setWrong(null),
      (error) => (error instanceof PushRefusedError ? setRefusal(error.why) : setWrong(error)),
    );
  }

  async function turnOn(): Promise<void> {
    const { id } = await subscribe();
    keep(HERE, id);
    setRefusal(null);
    await look();
    say(tell('pushIsOn'));
  }

  async function remove(id: string): Promise<void> {
    if (id === hereId) await unsubscribeHere();
    await removeSubscriber(id);
    await look();
    say(tell('pushIsOff'));
  }

  useEffect(() => attempt(look()), []);
  return (
    <section aria-labelledby="push">
      <details>
        <summary id="push">{tell('push')}</summary>
        <p class="none">{tell('pushHow')}</p>
        {!isHere && (
          <p>
            <button type="button" onClick={() => attempt(turnOn())} disabled={refusal === 'unsupported'}>
              {tell('pushTurnOn')}
            </button>
          </p>
        )}
        <p role="alert" class="wrong">
          {refusal === null ? '' : tell(`pushRefused_${refusal}`)}
        </p>
        <ul class="rows">
          {(all ?? []).map(({ id, agent, host, createdMs }) => (
            <li key={id} data-subscriber={id === hereId ? 'here' : 'elsewhere'}>
              <span>
                <strong>{id === hereId ? tell('sessionHere') : agent || tell('unknownAgent')}</strong>
                <small>{tell('pushSince', { when: dateAndTimeIn(language.value, createdMs), host })}</small>
              </span>
              <button type="button" onClick={() => attempt(remove(id))}>
                {tell('pushTurnOff')}
              </button>
            </li>
          ))}
        </ul>
        <p role="status">{said}</p>
        <Trouble error={wrong} />
      </details>
    </section>
  );
}
