import { useState } from 'preact/hooks';
import { dateAndTimeIn } from '../format.ts';
import { language } from '../race/language.ts';
import { Trouble } from './form.tsx';
import { tell } from './tell.ts';
import {
  type Delivery,
  readDeliveries,
  removeWebhook,
  switchWebhook,
  testWebhook,
  type Webhook,
} from './webhook-api.ts';

interface WebhookRowProps {
  readonly webhook: Webhook;
  readonly onChanged: () => Promise<void>;
}

/** One webhook: how it is, whether it answers, what was sent to it last, and switching it off. */
export function WebhookRow({ webhook, onChanged }: WebhookRowProps) {
  const { id, url, isEnabled } = webhook;
  const [deliveries, setDeliveries] = useState<readonly Delivery[] | null>(null);
  const [isSure, setSure] = useState(false);
  const [said, say] = useState('');
  const [wrong, setWrong] = useState<unknown>(null);
  const attempt = (act: Promise<unknown>) => void act.then(() => setWrong(null), setWrong);

  async function test(): Promise<void> {
    say(tell('wait'));
    const delivery = await testWebhook(id).catch((error) => {
      say('');
      throw error;
    });
    say(tell(delivery.isGood ? 'webhookAnswered' : 'webhookFailed', { outcome: delivery.outcome }));
    if (deliveries !== null) setDeliveries(await readDeliveries(id));
  }

  async function toggle(): Promise<void> {
    await switchWebhook(webhook, !isEnabled);
    await onChanged();
  }

  return (
    <>
      <span>
        <strong>{url}</strong>
        <small>{stateText(webhook)}</small>
      </span>
      <span class="formats">
        <button type="button" aria-label={tell('webhookTestOf', { url })} onClick={() => attempt(test())}>
          {tell('webhookTest')}
        </button>
        <button
          type="button"
          aria-label={tell(isEnabled ? 'webhookOffOf' : 'webhookOnOf', { url })}
          onClick={() => attempt(toggle())}
        >
          {tell(isEnabled ? 'webhookOff' : 'webhookOn')}
        </button>
        {isSure ? (
          <button type="button" onClick={() => attempt(removeWebhook(id).then(onChanged))}>
            {tell('removeSure')}
          </button>
        ) : (
          <button type="button" aria-label={tell('webhookRemoveOf', { url })} onClick={() => setSure(true)}>
            {tell('remove')}
          </button>
        )}
      </span>
      <div class="row-whole">
        <p role="status">{said}</p>
        <details onToggle={(event) => event.currentTarget.open && attempt(readDeliveries(id).then(setDeliveries))}>
          <summary>{tell('deliveries')}</summary>
          {deliveries?.length === 0 && <p class="none">{tell('noDeliveries')}</p>}
          <ul class="plain">
            {(deliveries ?? []).map((one) => (
              <li key={one.atMs} data-delivery={one.isGood ? 'good' : 'bad'}>
                {dateAndTimeIn(language.value, one.atMs)}:{' '}
                {one.isTest ? tell('deliveryTest') : tell('deliveryOf', { n: one.notifications })},{' '}
                {tell(one.isGood ? 'webhookAnswered' : 'webhookFailed', { outcome: one.outcome })}
              </li>
            ))}
          </ul>
        </details>
        <Trouble error={wrong} />
      </div>
    </>
  );
}

function stateText({ isEnabled, disabledBecause, failures, lastMs }: Webhook): string {
  const last =
    lastMs === null ? tell('webhookNever') : tell('webhookLast', { when: dateAndTimeIn(language.value, lastMs) });
  if (!isEnabled) {
    const why = disabledBecause === 'owner' ? '' : ` (${disabledBecause})`;
    return `${tell('webhookIsOff')}${why} · ${last}`;
  }
  return [tell('webhookIsOn'), ...(failures > 0 ? [tell('webhookFailures', { n: failures })] : []), last].join(' · ');
}
