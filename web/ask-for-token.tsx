import type { ComponentChildren } from 'preact';

interface AskForTokenProps {
  readonly label: string;
  readonly action: string;
  /** How one comes by a token. */
  readonly children: ComponentChildren;
}

/** For whoever comes without a link that holds a token. */
export function AskForToken({ label, action, children }: AskForTokenProps) {
  return (
    <main class="ask">
      <h1>Slipstream</h1>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const token = new FormData(event.currentTarget).get('token');
          location.hash = new URLSearchParams({ token: String(token) }).toString();
        }}
      >
        <label for="token">{label}</label>
        <input id="token" name="token" required autocomplete="off" spellcheck={false} aria-describedby="how" />
        <button type="submit">{action}</button>
        <p id="how">{children}</p>
      </form>
    </main>
  );
}
