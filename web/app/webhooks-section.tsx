import { useEffect, useState } from 'preact/hooks';
import { Field, Form, Trouble } from './form.tsx';
import { tell } from './tell.ts';
import { addWebhook, readWebhooks, type Webhook } from './webhook-api.ts';
import { WebhookRow } from './webhook-row.tsx';

/** Programs of one's own that news is sent to. */
export function WebhooksSection() {
  const [webhooks, setWebhooks] = useState<readonly Webhook[] | null>(null);
  const [secret, setSecret] = useState('');
  const [url, setUrl] = useState('');
  const [key, setKey] = useState(() => crypto.randomUUID());
  const [wrong, setWrong] = useState<unknown>(null);
  async function look(): Promise<void> {
    setWebhooks(await readWebhooks());
    setWrong(null);
  }
  async function add(): Promise<void> {
    const added = await addWebhook(url.trim(), key);
    setSecret(added.secret);
    setUrl('');
    setKey(crypto.randomUUID());
    await look();
  }
  useEffect(() => void look().catch(setWrong), []);
  return (
    <section aria-labelledby="webhooks">
      <details>
        <summary id="webhooks">{tell('webhooks')}</summary>
        <p class="none">{tell('webhooksHow')}</p>
        <ul class="rows">
          {(webhooks ?? []).map((one) => (
            <li key={one.id} data-webhook={one.isEnabled ? 'on' : 'off'}>
              <WebhookRow webhook={one} onChanged={look} />
            </li>
          ))}
        </ul>
        <div role="status">
          {secret !== '' && (
            <>
              <p>{tell('webhookSecretOnce')}</p>
              <p class="secret">
                <code>{secret}</code>
              </p>
              <p class="none">{tell('webhookSigned')}</p>
            </>
          )}
        </div>
        <Form action={tell('webhookAdd')} onSend={add} label={tell('webhookAdd')}>
          <Field
            {...{ label: tell('webhookUrl'), name: 'url', type: 'url', value: url, required: true, maxLength: 2_048 }}
            onInput={(next) => {
              setUrl(next);
              setKey(crypto.randomUUID());
            }}
          />
        </Form>
        <Trouble error={wrong} />
      </details>
    </section>
  );
}
