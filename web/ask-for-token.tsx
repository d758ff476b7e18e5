/** For whoever comes without a link that holds a token. */
export function AskForToken() {
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
        <label for="token">The token of your device</label>
        <input id="token" name="token" required autocomplete="off" spellcheck={false} aria-describedby="how" />
        <button type="submit">Watch my activity</button>
        <p id="how">
          <code>npm start</code> prints a link that holds one. For another: <code>npm run token -- watch-1</code>
        </p>
      </form>
    </main>
  );
}
