/** A Fastify with nothing but routes that answer what its parent gave it: what a read could cost at the least. */
import Fastify from 'fastify';

export interface EmptyRoutesPlan {
  readonly host: string;
  readonly port: number;
  /** By path, what is answered. */
  readonly payloads: Readonly<Record<string, unknown>>;
}

export type EmptyRoutesAnswer = 'listening' | { readonly trouble: string };

const answer = (message: EmptyRoutesAnswer) => void process.send?.(message);

process.on('message', ({ host, port, payloads }: EmptyRoutesPlan) => {
  const server = Fastify();
  for (const [path, payload] of Object.entries(payloads)) server.get(path, async () => payload);
  server.listen({ host, port }).then(
    () => answer('listening'),
    (error: Error) => answer({ trouble: error.message }),
  );
});
process.once('disconnect', () => process.exit());
