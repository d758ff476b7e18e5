import type { ColumnType, Generated } from 'kysely';

/** As migration 004 makes them. */
export interface NotificationTables {
  notifications: {
    id: Generated<string>;
    account: string;
    /** See kinds.ts. */
    kind: string;
    /** What it is about: of one kind the same thing is told once. */
    key: string;
    data: ColumnType<unknown, string>;
    /** Whether it is in the list of the page. */
    is_listed: boolean;
    event_at: Date;
    created_at: Date;
    read_at: Date | null;
    withdrawn_at: Date | null;
  };
  notification_sendings: {
    notification: string;
    channel: string;
    /** Which of the account's browsers or webhooks; '' of the channels that have one target. */
    target: string;
    account: string;
    /** When what was said there is compared with what holds; null where there is nothing to say. */
    due_at: Date | null;
    /** Digest of what was said there last; null before, and once it was taken back. */
    told: string | null;
  };
  notification_preferences: {
    account: string;
    version: number;
    quiet_from: string | null;
    quiet_to: string | null;
    /** What goes where, as far as somebody said so. */
    channels: ColumnType<unknown, string>;
  };
  push_subscriptions: {
    id: string;
    account: string;
    endpoint: string;
    p256dh: string;
    auth: string;
    agent: string;
    created_at: Date;
  };
  webhooks: {
    id: string;
    account: string;
    url: string;
    secret: string;
    version: Generated<number>;
    created_at: Date;
    /** Of attempts, since one was answered well. */
    failures: Generated<number>;
    disabled_at: Date | null;
    disabled_because: string | null;
    last_at: Date | null;
    last_outcome: string | null;
  };
  /** As migration 014 makes it: the newest of each webhook. */
  webhook_deliveries: {
    id: Generated<string>;
    webhook: string;
    sent_at: Date;
    is_test: boolean;
    notifications: number;
    outcome: string;
    is_good: boolean;
  };
  /** Keys that this deployment made for itself. */
  server_keys: { name: string; data: ColumnType<unknown, string>; created_at: Date };
}
