/** As the migration `devices` makes them. */
export interface DeviceTables {
  device_pairings: { account: string; code_hash: string; expires_at: Date };
  devices: { id: string; account: string; name: string; paired_at: Date; ended_at: Date | null };
  device_credentials: {
    token_id: string;
    device: string;
    issued_at: Date;
    expires_at: Date;
    ends_at: Date | null;
  };
}
