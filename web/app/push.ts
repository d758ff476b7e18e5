import { hasEnded, session } from '../session.ts';
import { read, send } from './account-api.ts';

/** A browser that news is pushed to. */
export interface PushSubscriber {
  readonly id: string;
  /** Of the push service. */
  readonly host: string;
  readonly agent: string;
  readonly createdMs: number;
}

const ALL = '/notifications/push-subscriptions';

/** Each throws ProblemError with what the API said, TypeError when it cannot be reached. */
export const readSubscribers = async () =>
  (await read<{ subscriptions: readonly PushSubscriber[] }>(ALL)).subscriptions;
export const removeSubscriber = (id: string) => send('DELETE', `${ALL}/${id}`);

/** Why news cannot be pushed to this browser. */
export type PushRefusal = 'unsupported' | 'denied' | 'dismissed' | 'noService';

/** The browser will not, for a reason that its person may do something about. */
export class PushRefusedError extends Error {
  override name = 'PushRefusedError';
  readonly why: PushRefusal;

  constructor(why: PushRefusal, options?: ErrorOptions) {
    super(why, options);
    this.why = why;
  }
}

/** Null where it might be turned on: whoever refused once is not asked again by browsers. */
export function refusalBefore(): PushRefusal | null {
  if (!('serviceWorker' in navigator) || !('PushManager' in globalThis) || !('Notification' in globalThis)) {
    return 'unsupported';
  }
  return Notification.permission === 'denied' ? 'denied' : null;
}

/**
 * Asks the person, then the browser, then tells the API. Has to be called by a click: browsers ask nobody otherwise.
 * Throws {@link PushRefusedError}.
 */
export async function subscribe(): Promise<PushSubscriber> {
  const before = refusalBefore();
  if (before !== null) throw new PushRefusedError(before);
  const permission = await Notification.requestPermission();
  if (permission !== 'granted') throw new PushRefusedError(permission === 'denied' ? 'denied' : 'dismissed');
  const { publicKey } = await read<{ publicKey: string }>('/notifications/push-key');
  const worker = await readyWorker();
  const subscription = await subscribeBy(worker, publicKey);
  const { endpoint, keys = {} } = subscription.toJSON();
  const { p256dh, auth } = keys;
  return (await (await send('POST', ALL, { endpoint, p256dh, auth })).json()) as PushSubscriber;
}

/** A worker that could not be registered would be waited for without an end. */
const READY_WITHIN_MS = 15_000;

function readyWorker(): Promise<ServiceWorkerRegistration> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new PushRefusedError('unsupported')), READY_WITHIN_MS);
    navigator.serviceWorker.ready.then((worker) => {
      clearTimeout(timer);
      resolve(worker);
    }, reject);
  });
}

async function subscribeBy(worker: ServiceWorkerRegistration, publicKey: string): Promise<PushSubscription> {
  try {
    const key = Uint8Array.from(atob(publicKey.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    return await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  } catch (cause) {
    throw new PushRefusedError('noService', { cause });
  }
}

/** This browser takes no pushes any more, whatever the API still tries. */
export async function unsubscribeHere(): Promise<void> {
  if (refusalBefore() === 'unsupported') return;
  const worker = await navigator.serviceWorker.getRegistration('/app');
  await (await worker?.pushManager.getSubscription())?.unsubscribe();
}

/** Who logs out wants no news here: the browser may be somebody else's next. What ended by its time stays. */
export function followLogOut(): void {
  let isIn = session.peek() !== null;
  session.subscribe((now) => {
    const hasLeft = isIn && now === null;
    isIn = now !== null;
    if (!hasLeft) return;
    // That it has ended by itself is said right after that it is over.
    queueMicrotask(() => {
      if (hasEnded.peek()) return;
      unsubscribeHere().catch((error) => console.warn('the browser did not let go of its pushes', error));
    });
  });
}
