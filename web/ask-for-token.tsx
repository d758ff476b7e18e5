import type { ComponentChildren } from 'preact';

interface TokenFormProps {
  readonly title?: string;
  readonly label: string;
  readonly action: string;
  /** How one comes by a token. */
  readonly children: ComponentChildren;
}

/** Opens the page again with a token in its address, as a link would. */
export function TokenForm({ title, label, action, children }: TokenFormProps) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const token = new FormData(event.currentTarget).get('token');
        location.hash = new URLSearchParams({ token: String(token) }).toString();
      }}
    >
      {title !== undefined && <h2>{title}</h2>}
      <label for="token">{label}</label>
      <input id="token" name="token" required autocomplete="off" spellcheck={false} aria-describedby="how" />
      <button type="submit">{action}</button>
      <p id="how">{children}</p>
    </form>
  );
}

/** For whoever comes without a link that holds a token. */
export function AskForToken(form: Omit<TokenFormProps, 'title'>) {
  return (
    <main class="ask">
      <h1>Slipstream</h1>
      <TokenForm {...form} />
    </main>
  );
}
