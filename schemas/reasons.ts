/**
 * Every way a frame or a connection can end other than well. The name is the metric's label, the dead letter's
 * reason, the word in the answer and the heading in the documents, so it is written once, here.
 *
 * dead:    an authenticated device sent bytes that cannot become samples; kept in DEAD, then acknowledged
 * refused: not taken, the device is told and keeps its data
 * shed:    given up under load: a frame by the priority of its device, which is told and keeps it (`shed_…`); what
 *          lies beside the data, a dead letter's bytes or a row that one store does not keep; counted in the ledger
 */
export const REASONS = {
  undecodable_frame: { outcome: 'dead', mqtt: 0x99, text: 'The bytes are not a SensorFrame.' },
  unknown_field: { outcome: 'dead', mqtt: 0x99, text: 'The frame has a field this version does not know.' },
  no_identity: { outcome: 'dead', mqtt: 0x99, text: 'The frame lacks its device, boot, seq or source.' },
  bad_source: { outcome: 'dead', mqtt: 0x99, text: 'The source is not a name such as gps or hr.' },
  too_many_sources: { outcome: 'dead', mqtt: 0x97, text: 'The device uses more than its 16 sources.' },
  column_length: { outcome: 'dead', mqtt: 0x99, text: 'A column or its validity bitmap has not one entry per time.' },
  empty_frame: { outcome: 'dead', mqtt: 0x99, text: 'The frame has no time or no column.' },
  times_not_increasing: { outcome: 'dead', mqtt: 0x99, text: 'The times do not strictly increase.' },
  value_out_of_range: { outcome: 'dead', mqtt: 0x99, text: 'A position is outside the limits of its channel.' },
  frame_too_old: { outcome: 'dead', mqtt: 0x99, text: 'A time is further back than the server accepts.' },
  frame_from_future: { outcome: 'dead', mqtt: 0x99, text: 'A time is ahead of the server.' },
  frame_conflict: { outcome: 'dead', mqtt: 0x99, text: 'The same (device, boot, seq) came before with other content.' },
  foreign_device: { outcome: 'dead', mqtt: 0x87, text: "The frame names a device that is not the token's." },
  frame_too_large: { outcome: 'dead', mqtt: 0x95, text: 'The frame has more bytes or samples than allowed.' },
  store_refused: { outcome: 'dead', mqtt: 0x83, text: 'A store refused the row that every other store took.' },
  bad_token: { outcome: 'refused', mqtt: 0x86, text: 'The token is not one of ours.' },
  expired_token: { outcome: 'refused', mqtt: 0x87, text: 'The token has expired.' },
  revoked_token: { outcome: 'refused', mqtt: 0x87, text: 'The token was revoked.' },
  wrong_device: { outcome: 'refused', mqtt: 0x87, text: 'The token belongs to another device.' },
  foreign_topic: { outcome: 'refused', mqtt: 0x87, text: 'The topic belongs to another device.' },
  bad_topic: { outcome: 'refused', mqtt: 0x90, text: 'The topic is not one that devices publish to.' },
  foreign_race: { outcome: 'refused', mqtt: 0x87, text: "The race is another organiser's." },
  unknown_race: { outcome: 'refused', mqtt: 0x90, text: 'There is no such race, or it is a draft.' },
  bad_reads: { outcome: 'refused', mqtt: 0x99, text: 'The body is not a list of reads of chips or mats.' },
  packet_too_large: { outcome: 'refused', mqtt: 0x95, text: 'The packet is larger than the maximum packet size.' },
  malformed_packet: { outcome: 'refused', mqtt: 0x81, text: 'The bytes are not a packet of this protocol.' },
  protocol_error: { outcome: 'refused', mqtt: 0x82, text: 'The packet is not allowed here.' },
  not_supported: { outcome: 'refused', mqtt: 0x9b, text: 'The feature is not supported yet.' },
  too_many_connections: { outcome: 'refused', mqtt: 0x97, text: 'Too many connections.' },
  too_many_from_address: { outcome: 'refused', mqtt: 0x97, text: 'Too many connections from this address.' },
  connecting_too_often: { outcome: 'refused', mqtt: 0x9f, text: 'Too many connects from this address in a minute.' },
  too_many_failures: { outcome: 'refused', mqtt: 0x9f, text: 'Too much without a good token from this address.' },
  receive_maximum_exceeded: { outcome: 'refused', mqtt: 0x93, text: 'More publishes in flight than agreed.' },
  keep_alive_timeout: { outcome: 'refused', mqtt: 0x8d, text: 'Nothing came for one and a half keep-alives.' },
  connect_timeout: { outcome: 'refused', mqtt: 0x87, text: 'No CONNECT or token came in time.' },
  slow_reader: { outcome: 'refused', mqtt: 0x97, text: 'The client does not read what it is sent.' },
  taken_over: { outcome: 'refused', mqtt: 0x8e, text: 'The same client connected again.' },
  revocations_unknown: { outcome: 'refused', mqtt: 0x88, text: 'The list of revoked tokens is out of reach.' },
  stream_full: { outcome: 'refused', mqtt: 0x97, text: 'The stream is full; keep the data and come back.' },
  stream_unavailable: { outcome: 'refused', mqtt: 0x88, text: 'The stream is out of reach; keep the data.' },
  overloaded: { outcome: 'refused', mqtt: 0x97, text: 'More is under way than the server can hold.' },
  clock_unproven: { outcome: 'refused', mqtt: 0x83, text: 'The clock is far behind, or `sent_ms` is an old one.' },
  worker_failed: { outcome: 'refused', mqtt: 0x83, text: 'The thread that decoded the frame died; send it again.' },
  draining: { outcome: 'refused', mqtt: 0x8b, text: 'The server is shutting down.' },
  shed_background: { outcome: 'shed', mqtt: 0x97, text: 'Room is scarce, and background data gives way first.' },
  shed_live: { outcome: 'shed', mqtt: 0x97, text: 'Room is scarce, and left to races.' },
  dead_letter_quota: { outcome: 'shed', mqtt: 0x97, text: "The device's quota of dead letters is used up." },
  reads_left_out: { outcome: 'shed', mqtt: 0x00, text: 'Reads of nobody in the race were left out of the others.' },
  expired_hot: { outcome: 'shed', mqtt: 0x00, text: 'The row is older than the hot store keeps.' },
} as const satisfies Record<string, { outcome: 'dead' | 'refused' | 'shed'; mqtt: number; text: string }>;

export type Reason = keyof typeof REASONS;

type ReasonOf<Outcome> = { [R in Reason]: (typeof REASONS)[R]['outcome'] extends Outcome ? R : never }[Reason];
export type DeadReason = ReasonOf<'dead'>;
export type RefusedReason = ReasonOf<'refused'>;

export const REASON_NAMES = Object.keys(REASONS) as Reason[];

/** True when the device still has the frame, and sends it again later: it was refused, or shed by priority. */
export function isForLater(reason: Reason): boolean {
  return REASONS[reason].outcome === 'refused' || reason === 'shed_background' || reason === 'shed_live';
}
