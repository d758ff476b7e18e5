/** A store's URL taken apart, for clients that do not read a user and a password in it. */
export interface StoreUrl {
  /** Without user, password and a slash at the end. */
  readonly base: string;
  readonly username: string;
  readonly password: string;
  /** Basic authentication (RFC 7617) when the URL names a user, else nothing. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Throws TypeError when the text is no URL. */
export function readStoreUrl(text: string): StoreUrl {
  const url = new URL(text);
  const [username, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  const credentials = Buffer.from(`${username}:${password}`).toString('base64');
  return {
    base: `${url.origin}${url.pathname.replace(/\/$/, '')}`,
    username,
    password,
    headers: username === '' ? {} : { authorization: `Basic ${credentials}` },
  };
}
