/**
 * A fetch that tells which share of the body has left, from 0 to 1, which the browser's own cannot. What it sends is a
 * form; of the answer it knows the status and the text. Throws TypeError as fetch does, and the reason of `signal`.
 */
export function fetchWithProgress(onSent: (share: number) => void) {
  return function fetchForm(path: string, { method = 'GET', headers, body, signal }: RequestInit): Promise<Response> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const request = new XMLHttpRequest();
      request.open(method, path);
      for (const [name, value] of new Headers(headers)) request.setRequestHeader(name, value);
      request.upload.onprogress = ({ loaded, total }) => total > 0 && onSent(loaded / total);
      request.onload = () => {
        const { status, statusText, responseText } = request;
        resolve(new Response(responseText, { status, statusText }));
      };
      request.onerror = () => reject(new TypeError(`${method} ${path}: no answer`));
      request.onabort = () => reject(signal?.reason);
      signal?.addEventListener('abort', () => request.abort());
      request.send(body as FormData);
    });
  };
}
