import type { ColumnType, Generated } from 'kysely';

/** As the migration `devices` makes them. */
export interface DeviceTables {
  device_pairings: { account: string; code_hash: string; expires_at: Date };
  devices: {
    id: string;
    account: string;
    /** As the device calls itself. */
    name: string;
    paired_at: Date;
    ended_at: Date | null;
    /** As its owner calls it; null: as it does itself. */
    label: ColumnType<string | null, string | null | undefined, string | null>;
    version: Generated<number>;
  };
  device_credentials: {
    token_id: string;
    device: string;
    issued_at: Date;
    expires_at: Date;
    ends_at: Date | null;
  };
}
