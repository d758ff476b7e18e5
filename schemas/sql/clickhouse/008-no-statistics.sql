-- By default ClickHouse 26 makes statistics of every column at each merge. Its planner could choose the order of joins
-- by them; here every question goes by the primary key, and they cost a good part of the merging itself.
ALTER TABLE slipstream.samples MODIFY SETTING auto_statistics_types = '';
ALTER TABLE slipstream.rr MODIFY SETTING auto_statistics_types = '';
ALTER TABLE slipstream.events MODIFY SETTING auto_statistics_types = '';
ALTER TABLE slipstream.ledger MODIFY SETTING auto_statistics_types = '';
ALTER TABLE slipstream.rollup_10s MODIFY SETTING auto_statistics_types = '';
