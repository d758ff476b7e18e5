import { signal } from '@preact/signals';

/** By what the browser says, and by whether the server was reached the last time. */
export const isOnline = signal(true);

export function followNetwork(): void {
  const note = () => {
    isOnline.value = navigator.onLine;
  };
  note();
  addEventListener('online', note);
  addEventListener('offline', note);
}

export function noteReached(asked: Promise<Response>): void {
  const note = (isReached: boolean) => () => {
    isOnline.value = isReached;
  };
  asked.then(note(true), note(false));
}
