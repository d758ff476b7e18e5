"""A simple session of clickhouse-connect against the ClickHouse endpoint: prints `ok` when all of it holds.

Arguments: port, user, password, analyst's user.
"""

import datetime
import sys

import clickhouse_connect
from clickhouse_connect.driver.exceptions import DatabaseError

port, user, password, analyst_user = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]


def connect(name, secret):
    return clickhouse_connect.get_client(host="127.0.0.1", port=port, username=name, password=secret)


def refused(code, work):
    try:
        work()
    except DatabaseError as error:
        assert f"code: {code}" in str(error), error
        return
    raise AssertionError(f"expected an error with code {code}")


client = connect(user, password)
assert client.command("SELECT 1") == 1
client.command("CREATE DATABASE IF NOT EXISTS connect")
client.command(
    "CREATE TABLE connect.samples (id UInt32, note String, bpm Nullable(Float64), source LowCardinality(String),"
    " at DateTime64(3)) ENGINE = MergeTree ORDER BY id"
)
day = datetime.datetime(2026, 1, 2, 3, 4, 5)
rows = [[1, "a\n\nb", None, "hr", day], [2, "é", 61.5, "gps", day]]
client.insert("connect.samples", rows, column_names=["id", "note", "bpm", "source", "at"])

result = client.query("SELECT * FROM connect.samples ORDER BY id")
assert result.column_names == ("id", "note", "bpm", "source", "at"), result.column_names
assert [list(row) for row in result.result_rows] == rows, result.result_rows

where = "SELECT id FROM connect.samples WHERE id > {least:UInt32}"
assert client.query(where, parameters={"least": 1}).result_rows == [(2,)]
empty = client.query(where, parameters={"least": 9})
assert (empty.result_rows, empty.column_names) == ([], ("id",)), empty.column_names

client.raw_insert("connect.samples", column_names=["id", "note"], insert_block="3,c\n", fmt="CSV")
assert client.command("SELECT count() FROM connect.samples") == 3
with client.query_row_block_stream("SELECT number FROM numbers(200000)") as blocks:
    assert sum(len(block) for block in blocks) == 200000

refused(81, lambda: client.query("SELECT * FROM nonsuch.x"))
refused(516, lambda: connect(user, "wrong"))
analyst = connect(analyst_user, "")
assert analyst.query("SELECT currentRoles()").result_rows == [(["analyst"],)]
refused(497, lambda: analyst.query("SELECT * FROM connect.samples"))
print("ok")
