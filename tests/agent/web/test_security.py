from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from agent.web.rate_limit import RateLimit
from agent.web.run_routes import run_routes
from agent.web.security import names_of
from tests.agent.web.conftest import Serve
from value_index.connection.address import Address

TOKEN = "a-token-of-some-length"
SQL = "/api/sql"
STATEMENT = {"sql": "SELECT 1"}


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8800", "127.0.0.1.evil.example", "localhost@evil.example", "10.0.0.7:8800", "", "["],
)
def test_a_name_bound_to_this_machine_from_elsewhere_is_refused(client: TestClient, host: str) -> None:
    assert client.get("/api/threads", headers={"Host": host}).status_code == 403
    assert client.get("/", headers={"Host": host}).status_code == 403


@pytest.mark.parametrize("host", ["localhost:8800", "127.0.0.1", "[::1]:8800"])
def test_this_machine_is_served(client: TestClient, host: str) -> None:
    assert client.get("/api/threads", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "http://127.0.0.1:8800.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    ],
)
def test_the_page_of_another_site_gets_nothing(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post(SQL, json=STATEMENT, headers=headers).status_code == 403
    given = client.get("/api/threads", headers=headers)
    assert given.status_code == 403 and "access-control-allow-origin" not in given.headers


def test_our_own_page_may_ask(client: TestClient) -> None:
    headers = {"Origin": "http://127.0.0.1:8800", "Sec-Fetch-Site": "same-origin"}
    assert client.post(SQL, json=STATEMENT, headers=headers).status_code == 200


def test_a_form_of_another_site_is_no_request(client: TestClient) -> None:
    text = '{"sql": "SELECT 1"}'
    assert client.post(SQL, content=text, headers={"Content-Type": "text/plain"}).status_code == 415
    assert client.post(SQL, data={"sql": "SELECT 1"}).status_code == 415


@pytest.mark.parametrize("path", ["/api/threads", "/api/database", "/openapi.json", "/api/nothing", "/runs", "/mcp"])
def test_without_the_token_there_is_nothing(serve: Serve, path: str) -> None:
    client = serve(token=TOKEN)
    assert client.get(path).status_code == 401
    assert client.get(path, headers={"Authorization": f"Bearer {TOKEN[:-1]}"}).status_code == 401
    assert client.get(path, headers={"Authorization": f"Basic {TOKEN}"}).status_code == 401
    assert client.get(path, headers={"Cookie": f"turnsql_runs={TOKEN}"}).status_code == 401
    assert client.get(path, headers={"Authorization": f"Bearer {TOKEN}"}).status_code not in (401, 403)


def test_a_token_is_not_guessed_for_long(serve: Serve) -> None:
    client = serve(token=TOKEN)
    tried = [client.get("/api/threads", headers={"Authorization": f"Bearer guess-{at:010}"}) for at in range(20)]
    assert {answer.status_code for answer in tried[:10]} == {401} and {a.status_code for a in tried[11:]} == {429}


def test_requests_beyond_the_rate_are_told_to_wait(serve: Serve) -> None:
    client = serve(requests=RateLimit(0.001, 3))
    assert [client.get("/api/database").status_code for _ in range(4)] == [200, 200, 200, 429]


def test_a_large_body_is_refused(client: TestClient) -> None:
    large = b'{"sql": "' + b"x" * (1 << 20) + b'"}'
    headers = {"Content-Type": "application/json"}
    assert client.post(SQL, content=large, headers=headers).status_code == 413
    chunks = (b"x" * 65536 for _ in range(64))
    assert client.post(SQL, content=chunks, headers=headers).status_code == 413


@pytest.mark.parametrize("body", [b"", b"{", b'{"sql": NaN}', b"\xff\xfe", b"[" * 100_000, b'{"sql": "\\ud800"}'])
def test_what_is_no_json_is_refused(client: TestClient, body: bytes) -> None:
    given = client.post(SQL, content=body, headers={"Content-Type": "application/json"})
    assert 400 <= given.status_code < 500 or given.json()["outcome"] in ("error", "refused")


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static//etc/passwd",
        "/static/%00",
        "/static/..\\app.py",
        "/../../etc/passwd",
        "/api/threads/..%2f..%2fetc/turns/1/rows",
    ],
)
def test_no_path_leads_out(client: TestClient, path: str) -> None:
    given = client.get(path)
    assert given.status_code in (404, 422)
    assert "root:" not in given.text and "import" not in given.text


@pytest.mark.parametrize(
    "body",
    [
        {"sql": "DROP TABLE town"},
        {"sql": "ATTACH '/etc/passwd' AS x"},
        {"sql": "SELECT load_extension('x')"},
        {"sql": "PRAGMA writable_schema = 1"},
        {"sql": "SELECT 1; DELETE FROM town"},
        {"sql": "SELECT readfile('/etc/passwd')"},
    ],
)
def test_sql_that_does_more_than_read_is_refused(client: TestClient, body: dict[str, Any]) -> None:
    assert client.post(SQL, json=body).json()["outcome"] in ("refused", "error")
    assert client.post(SQL, json={"sql": "SELECT count(*) FROM town"}).json()["rows"] == [[3]]


EVIL = "x'; DROP TABLE town; --"


def test_sql_in_other_fields_stays_text(client: TestClient) -> None:
    thread = "t'; DROP TABLE checkpoints; --"
    question = f"show the names of towns named {EVIL}"
    plan = client.post(f"/api/threads/{thread}/turns", json={"question": question})
    assert plan.status_code == 200
    first = client.post("/api/threads/u/turns", json={"question": "show the names of towns"}).json()["plan"]
    where = {
        "kind": "predicate",
        "left": {"kind": "column", "table": "town", "column": "name"},
        "operator": "=",
        "right": [{"kind": "literal", "value": EVIL}],
    }
    given = client.post("/api/threads/u/turns/last/plan", json={"plan": first | {"where": where}})
    assert given.status_code == 200 and given.json()["rows"] == []
    for name in ("name) FROM town; DROP TABLE town; --", 'name" FROM town; --'):
        column = {"kind": "column", "table": "town", "column": name}
        bad = client.post("/api/threads/u/turns/last/plan", json={"plan": first | {"select": [column]}})
        assert bad.status_code == 409, bad.text
    assert client.post(SQL, json={"sql": "SELECT count(*) FROM town"}).json()["rows"] == [[3]]
    assert {each["name"] for each in client.get("/api/threads").json()["threads"]} == {thread, "u"}


def test_every_answer_forbids_foreign_scripts_frames_and_caches(client: TestClient) -> None:
    for given in (
        client.get("/api/threads"),
        client.get("/nothing"),
        client.get("/api/threads", headers={"Host": "x"}),
    ):
        policy = given.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert given.headers["x-content-type-options"] == "nosniff"
        assert given.headers["cache-control"] == "no-store"


def test_a_script_in_a_value_comes_as_json_alone(client: TestClient) -> None:
    given = client.post(SQL, json={"sql": 'SELECT name FROM "<b>shop</b>"'})
    assert given.json()["rows"][0] == ["<script>alert(1)</script>"]
    assert given.headers["content-type"] == "application/json"


def test_names_of_a_server_that_others_reach_are_its_own() -> None:
    assert names_of("127.0.0.1") == {"localhost", "127.0.0.1", "::1"}
    assert {"db.example", "proxy.example"} <= names_of("db.example", ["Proxy.example"])


class Reports:
    def index(self) -> str:
        return "<h1>Runs</h1>"

    def page(self, name: str) -> str | None:
        return "<script>1</script>" if name == "a/b" else None


def test_a_report_lies_in_a_sandbox_and_wants_the_token(serve: Serve) -> None:
    client = serve(run_routes(Reports()), token=TOKEN)
    token = {"Authorization": f"Bearer {TOKEN}"}
    assert client.get("/runs/a/b").status_code == 401
    assert client.post("/api/session", headers=token).status_code == 204
    given = client.get("/runs/a/b")
    policy = given.headers["content-security-policy"]
    assert given.status_code == 200 and "sandbox allow-scripts" in policy and "allow-same-origin" not in policy
    assert client.get("/runs/../a").status_code in (401, 404)
    assert client.get("/api/threads").status_code == 401


def test_a_password_in_an_address_is_in_no_answer(serve: Serve) -> None:
    address = str(Address.parse("postgresql://me:hidden-word@db.example/shop", {}))
    client = serve(address=address)
    assert client.get("/api/database").json()["address"] == "postgresql://me@db.example/shop"
    paths = (
        "/api/database",
        "/api/threads",
        "/api/threads/t",
        "/openapi.json",
        "/api/feedback",
        "/api/feedback/export",
    )
    told = "".join(client.get(path).text for path in paths)
    told += client.post(SQL, json={"sql": "SELECT * FROM pragma_database_list"}).text
    assert "hidden-word" not in told
