import { read, send } from './account-api.ts';

/** What the API answers about a webhook. */
export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly version: number;
  readonly isEnabled: boolean;
  /** Attempts since one was answered well. */
  readonly failures: number;
  /** `owner`, or what came of the last attempt; null while it is on. */
  readonly disabledBecause: string | null;
  readonly lastMs: number | null;
}

/** One message to it, and what came of it. */
export interface Delivery {
  readonly atMs: number;
  readonly isTest: boolean;
  readonly notifications: number;
  readonly outcome: string;
  readonly isGood: boolean;
}

const ALL = '/notifications/webhooks';

/** Each throws ProblemError with what the API said, TypeError when it cannot be reached. */
export const readWebhooks = async () => (await read<{ webhooks: readonly Webhook[] }>(ALL)).webhooks;
export const readDeliveries = async (id: string) =>
  (await read<{ deliveries: readonly Delivery[] }>(`${ALL}/${id}/deliveries`)).deliveries;
export const testWebhook = async (id: string) => (await (await send('POST', `${ALL}/${id}/tests`)).json()) as Delivery;
export const removeWebhook = (id: string) => send('DELETE', `${ALL}/${id}`);

/** With the secret that its messages are signed with. */
export async function addWebhook(url: string, key: string): Promise<{ webhook: Webhook; secret: string }> {
  const webhook = (await (await send('POST', ALL, { url }, { 'idempotency-key': key })).json()) as Webhook;
  return { webhook, secret: (await read<{ secret: string }>(`${ALL}/${webhook.id}/secret`)).secret };
}

export const switchWebhook = ({ id, url, version }: Webhook, isEnabled: boolean) =>
  send('PUT', `${ALL}/${id}`, { url, isEnabled }, { 'if-match': `"webhook-${version}"` });
