/**
 * The code of a letter's link, from the tab that it opened to the one in which somebody signed up and still is: that
 * one knows the password, so it is asked for once. Nothing leaves the browser.
 */
const NAME = 'slipstream-code';

export function tellCode(code: string): void {
  const channel = new BroadcastChannel(NAME);
  channel.postMessage(code);
  channel.close();
}

/** Answers how to stop. */
export function hearCode(onCode: (code: string) => void): () => void {
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = ({ data }) => void (typeof data === 'string' && onCode(data));
  return () => channel.close();
}
