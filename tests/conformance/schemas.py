#!/usr/bin/env python3
"""tests/conformance/schemas.py: the schemas of schemas/ say what the code says.

Checked with python3-jsonschema, a validator that nobody here wrote: every schema is one; every
example of the schemas, of asyncapi.yaml and of the documentation's ```json blocks is valid; every
example with a required key removed, a key of the wrong type or a value out of its set is not; the
codes of rules and alerts are those of src/domain; what the program says is valid. The C test of
the decoder reads the same examples (tests/unit/bus_codec)."""
import copy
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is not installed")
    sys.exit(77)

ROOT = pathlib.Path(os.environ.get("L1_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
TOPICS = ["signals", "market", "portfolio", "control", "subscribe",
          "reports", "alerts", "metrics", "ack", "gap", "analysis"]

# Of example `index` of a topic: path to a value, and what it must not be.
BAD = [
    ("signals", 0, ["signal_id"], ""), ("signals", 0, ["signal_id"], "a b"),
    ("signals", 0, ["signal_id"], "x" * 65), ("signals", 0, ["side"], "hold"),
    ("signals", 0, ["qty"], "abc"), ("signals", 0, ["qty"], None),
    ("signals", 0, ["qty"], "01"), ("signals", 0, ["symbol"], "X" * 24),
    ("signals", 1, ["confidence"], 1.1), ("signals", 1, ["confidence"], -0.1),
    ("signals", 1, ["ts"], 1230767999999), ("signals", 1, ["ts"], 4133980800000),
    ("signals", 1, ["ts"], "yesterday"), ("signals", 1, ["execution", "algo"], "fast"),
    ("signals", 1, ["execution", "duration_s"], -1), ("signals", 1, ["execution", "slices_max"], 0),
    ("signals", 0, ["strategy_context", "regime"], 33),
    ("signals", 0, ["strategy_context", "correlation_btc_eth"], True),
    ("signals", 1, ["topic"], "reports"), ("signals", 1, ["client_seq"], -1),
    ("market", 0, ["interval"], "5m"), ("market", 0, ["type"], "candle"),
    ("market", 0, ["trades"], 1.5), ("market", 1, ["bids"], []),
    ("market", 1, ["bids"], [[1, 1]] * 21), ("market", 1, ["asks"], [[1]]),
    ("market", 1, ["asks"], [[1, 1, 1]]), ("market", 2, ["buyer_maker"], 1),
    ("portfolio", 0, ["balances", "USDT", "free"], -1),
    ("portfolio", 0, ["balances", "USDT"], {"free": 1}),
    ("control", 0, ["command"], "stop"), ("control", 0, ["command"], "halt_symbol"),
    ("control", 1, ["symbol"], None), ("control", 0, ["reason"], 129),
    ("subscribe", 0, ["topics"], ["signals"]), ("subscribe", 0, ["from"], -1),
    ("reports", 0, ["status"], "done"), ("reports", 0, ["extra"], 1),
    ("reports", 0, ["stop", "status"], "resting"), ("reports", 0, ["orders", 0, "type"], "iceberg"),
    ("reports", 0, ["orders", 0, "client_order_id"], "E123"),
    ("reports", 1, ["reason", "code"], "UNJUDGED"), ("reports", 1, ["violations", 0, "value"], "5"),
    ("reports", 0, ["risk_metrics"], {"correlation_impact": 0}),
    ("alerts", 0, ["level"], "error"), ("alerts", 0, ["code"], "NOTHING"),
    ("reports", 0, ["tca", "algo", "chosen"], "fast"), ("reports", 0, ["tca", "children"], -1),
    ("reports", 0, ["tca", "shortfall"], {"total": 1}), ("reports", 0, ["tca", "x"], 1),
    ("analysis", 0, ["markouts_bp"], {"1": 0, "10": 0}), ("analysis", 0, ["tca", "vwap"], "1"),
    ("analysis", 0, ["markouts_bp", "5"], 1), ("analysis", 0, ["kind"], "signal"),
    ("ack", 0, ["client_seq"], -1), ("gap", 0, ["to"], "9"), ("metrics", 0, ["symbols"], []),
    ("metrics", 0, ["symbols"], {}), ("metrics", 0, ["extra"], 1), ("metrics", 0, ["seq"], -1),
    ("metrics", 0, ["symbols", "BTC/USDT"], {}), ("metrics", 0, ["symbols", "BTC/USDT", "x"], 1),
    ("metrics", 0, ["symbols", "BTC/USDT", "success_rate"], 100.1),
    ("metrics", 0, ["symbols", "BTC/USDT", "rejections"], {"NO_RULE": 1}),
    ("metrics", 0, ["symbols", "BTC/USDT", "rejections"], {"QTY_MAX": 0}),
    ("metrics", 0, ["symbols", "BTC/USDT", "tca", "parents"], -1),
    ("metrics", 0, ["symbols", "BTC/USDT", "tca", "shortfall"], {"total": 0}),
    ("metrics", 0, ["unwatched"], None),
    ("metrics", 0, ["unconfigured"], None), ("metrics", 0, ["correlation_btc_eth"], 1.1),
    ("metrics", 0, ["alerts"], {"NOTHING": 1}), ("metrics", 0, ["halted"], None),
    ("metrics", 0, ["latency_us"], {"decision": None}),
    ("metrics", 0, ["latency_us", "decision"], {"count": 1}),
    ("metrics", 0, ["latency_us", "decision", "count"], 0),
]

failures = []
checked = {"valid": 0, "invalid": 0}


def load_schemas():
    schemas = {}
    for topic in TOPICS:
        schema = json.loads((ROOT / "schemas" / f"{topic}.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        schemas[topic] = jsonschema.Draft202012Validator(schema)
    extra = {path.stem for path in (ROOT / "schemas").glob("*.json")} - set(TOPICS)
    if extra:
        failures.append(f"schemas that no topic names: {sorted(extra)}")
    return schemas


def expect(schemas, topic, message, valid, what):
    checked["valid" if valid else "invalid"] += 1
    error = next(iter(schemas[topic].iter_errors(message)), None)
    if valid and error is not None:
        failures.append(f"{what}: {error.message}")
    if not valid and error is None:
        failures.append(f"{what}: was not found invalid")


def topic_of(message):
    topic = message.get("topic")
    return "signals" if topic is None else topic


def check_examples(schemas):
    for topic, schema in schemas.items():
        examples = schema.schema["examples"]
        if not examples:
            failures.append(f"{topic}: no examples")
        for index, example in enumerate(examples):
            what = f"{topic} example {index}"
            expect(schemas, topic, example, True, what)
            for other in TOPICS:
                if other != topic:
                    expect(schemas, other, example, False, f"{what} as {other}")
            required = schema.schema.get("required") or [
                key for key in example if key != "client_seq"]
            for key in example:
                wrong = {**example, key: [[]]}
                expect(schemas, topic, wrong, False, f"{what} with {key} of a wrong type")
            for key in required:
                lacking = {k: v for k, v in example.items() if k != key}
                expect(schemas, topic, lacking, False, f"{what} without {key}")


def check_bad(schemas):
    for topic, index, path, value in BAD:
        message = copy.deepcopy(schemas[topic].schema["examples"][index])
        at = message
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = value
        expect(schemas, topic, message, False, f"{topic} with {path} = {value!r}")


def check_codes(schemas):
    rules = re.findall(r'X\((\w+), "', (ROOT / "src/domain/rules.h").read_text())
    alerts = re.findall(r"X\((\w+), (?:INFO|WARNING|CRITICAL)\)",
                        (ROOT / "src/domain/report.h").read_text())
    if schemas["reports"].schema["$defs"]["rule"]["enum"] != [r for r in rules if r != "UNJUDGED"]:
        failures.append("reports.json lists other rules than src/domain/rules.h")
    if schemas["alerts"].schema["properties"]["code"]["enum"] != alerts:
        failures.append("alerts.json lists other codes than src/domain/report.h")
    metrics = schemas["metrics"].schema
    figures = metrics["$defs"]["figures"]["properties"]
    if figures["rejections"]["propertyNames"]["enum"] != [r for r in rules if r != "UNJUDGED"]:
        failures.append("metrics.json lists other rules than src/domain/rules.h")
    if metrics["properties"]["alerts"]["propertyNames"]["enum"] != alerts:
        failures.append("metrics.json lists other codes than src/domain/report.h")


def check_asyncapi(schemas):
    try:
        import yaml
    except ImportError:
        print("asyncapi.yaml not read: python3-yaml is not installed")
        return
    document = yaml.safe_load((ROOT / "schemas" / "asyncapi.yaml").read_text())
    messages = document["components"]["messages"]
    if list(messages) != TOPICS or list(document["channels"]) != TOPICS:
        failures.append("asyncapi.yaml does not list every topic")
    for topic, message in messages.items():
        if message["payload"]["schema"]["$ref"] != f"./{topic}.json":
            failures.append(f"asyncapi.yaml: {topic} has another schema")
        for example in message["examples"]:
            expect(schemas, topic, example["payload"], True, f"asyncapi.yaml example of {topic}")


def json_values(text):
    decoder = json.JSONDecoder()
    at = 0
    while True:
        at += len(text[at:]) - len(text[at:].lstrip())
        if at == len(text):
            return
        value, at = decoder.raw_decode(text, at)
        yield value


def check_documents(schemas):
    documents = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]
    for path in documents:
        if not path.exists():
            continue
        name = path.relative_to(ROOT)
        for block in re.findall(r"^```json\n(.*?)^```", path.read_text(), re.M | re.S):
            try:
                values = list(json_values(block))
            except ValueError as error:
                failures.append(f"{name}: a json block is no JSON: {error}")
                continue
            for value in values:
                if isinstance(value, dict) and ("topic" in value or "signal_id" in value):
                    topic = topic_of(value)
                    if topic not in schemas:
                        failures.append(f"{name}: unknown topic {topic}")
                    else:
                        expect(schemas, topic, value, True, f"{name}: {json.dumps(value)[:60]}")


# A run that says something on every topic.
LINES = [
    {"topic": "control", "command": "status", "ts": 1700000000000},
    {"topic": "market", "type": "book", "symbol": "BTC/USDT", "ts": 1700000000001,
     "bids": [[49999, 9]], "asks": [[50001, 9]]},
    {"signal_id": "bought", "symbol": "BTC/USDT", "side": "buy", "qty": 0.01, "stop_loss": 49000,
     "ts": 1700000000002},
    {"signal_id": "refused", "symbol": "ETH/USDT", "side": "buy", "qty": 0.01, "ts": 1700000000003},
    {"signal_id": "strange", "symbol": "DOGE/USDT", "side": "buy", "qty": 1, "stop_loss": 1},
    {"signal_id": "malformed", "symbol": "BTC/USDT", "side": "hold", "qty": 1, "stop_loss": 1},
    {"topic": "portfolio", "ts": 1700000001000, "equity": 100000, "correlation_btc_eth": 0.7,
     "balances": {"USDT": {"free": 99000, "locked": 0}, "BTC": {"free": 0.02, "locked": 0}}},
    {"topic": "market", "type": "trade", "symbol": "BTC/USDT", "ts": 1700000002000, "price": 48000,
     "qty": 1, "trade_id": 1, "buyer_maker": True},
    {"topic": "control", "command": "halt", "ts": 1700000003000},
    {"topic": "control", "command": "status", "ts": 1700000004000},
    {"topic": "control", "command": "resume", "ts": 1700000090000},
]


def check_program(schemas):
    """What the program says is valid, to the last key."""
    settings = [f"symbols.BTC/USDT.{key}=null"
                for key in ("volatility_target", "stop.sigma_min", "stop.atr_max")]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [os.environ["L1_BIN"], "run", "--clock", "events", "--bus", "stdio",
             "--config", str(ROOT / "tests/testlib/l1.yaml"), "--journal", folder + "/journal",
             *[word for setting in settings for word in ("--set", setting)]],
            input="".join(json.dumps(line) + "\n" for line in LINES), capture_output=True,
            text=True, timeout=60, check=False)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    topics = [message["topic"] for message in said]
    if done.returncode != 0 or {*topics} != {"reports", "alerts", "metrics", "analysis"}:
        failures.append(f"l1 run ended with {done.returncode}, topics {topics}: {done.stderr}")
    for number, message in enumerate(said):
        expect(schemas, message["topic"], message, True, f"output {number} of l1 run")


def main():
    schemas = load_schemas()
    check_program(schemas)
    check_examples(schemas)
    check_bad(schemas)
    check_codes(schemas)
    check_asyncapi(schemas)
    check_documents(schemas)
    for failure in failures:
        print("FAIL:", failure)
    print(f"{checked['valid']} messages valid, {checked['invalid']} bad variants looked at")
    return 1 if failures else 0


sys.exit(main())
