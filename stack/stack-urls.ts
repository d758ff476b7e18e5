/** What a running stack answers at. Engines that somebody else runs appear with the URL that was given. */
export interface StackUrls {
  readonly nats: string;
  /** The HTTP monitor of the NATS started here, null for one that somebody else runs. */
  readonly natsMonitor: string | null;
  readonly questdb: string;
  readonly questdbPg: string;
  readonly clickhouse: string;
  readonly mqtt: string;
  readonly websocket: string;
  readonly api: string;
  readonly ingestAdmin: string;
  readonly processorsAdmin: string;
}
