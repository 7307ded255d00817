import { suite } from "uvu";
import * as assert from "uvu/assert";
import { AddressPool, formatAddress, parseRange } from "../../actors/runc/address-pool.js";
import { LineSplitter, parseLogEntry, selectLog, truncateEntry } from "../../actors/runc/container-log.js";
import { parseImageReference, standInDigest } from "../../actors/runc/image-reference.js";
import { findProgram, ImageCatalog, lacksTag } from "../../actors/runc/images/catalog.js";
import type { ContainerSpec } from "../../actors/runc/io/driver.js";
import { PodResolver } from "../../actors/runc/io/pod-resolver.js";
import { bindingRules, reachableAt } from "../../actors/runc/io/ports.js";
import { behaviourOf, pullOf, type SimulatedRule } from "../../actors/runc/io/simulated-rules.js";
import { timelineOf } from "../../actors/runc/io/simulated-script.js";
import { Terminal } from "../../actors/runc/io/worker/terminal.js";
import { containerSpec } from "../../actors/runc/status.js";
import { containerConfig } from "../charts/runc-harness.js";

const test = suite("runc's pure parts");

const digest = `sha256:${"a".repeat(64)}`;

/** As written, to the long form; undefined is InvalidImageName. */
const references: ReadonlyArray<readonly [string, string | undefined]> = [
  ["nginx", "docker.io/library/nginx:latest"],
  ["nginx:1.27", "docker.io/library/nginx:1.27"],
  ["hashicorp/http-echo", "docker.io/hashicorp/http-echo:latest"],
  ["docker.io/nginx", "docker.io/library/nginx:latest"],
  ["index.docker.io/library/nginx", "docker.io/library/nginx:latest"],
  ["registry.k8s.io/e2e-test-images/agnhost:2.39", "registry.k8s.io/e2e-test-images/agnhost:2.39"],
  ["localhost/x", "localhost/x:latest"],
  ["localhost:5000/x:y", "localhost:5000/x:y"],
  ["example.com:5000/a/b", "example.com:5000/a/b:latest"],
  [`nginx@${digest}`, `docker.io/library/nginx@${digest}`],
  [`nginx:1@${digest}`, `docker.io/library/nginx:1@${digest}`],
  ["Nginx", undefined],
  ["nginx:", undefined],
  ["nginx:a b", undefined],
  ["/nginx", undefined],
  ["nginx@sha256:short", undefined],
  ["a//b", undefined],
  ["", undefined],
  ["__proto__", undefined],
];
for (const [written, full] of references) {
  test(`image name "${written}"`, () => assert.is(parseImageReference(written)?.full, full));
}

test("digests of stand-ins are 64 hexadecimal digits, and differ", () => {
  const digests = ["a", "b", "", "nginx 1", "nginx 2"].map(standInDigest);
  for (const each of digests) assert.match(each, /^[0-9a-f]{64}$/);
  assert.is(new Set(digests).size, digests.length);
});

test("output is cut into lines, long ones into parts, and what is left at the end is partial", () => {
  const splitter = new LineSplitter("stdout");
  const texts = (entries: ReturnType<LineSplitter["push"]>) => entries.map((entry) => [entry.text.length, entry.partial]);
  assert.equal(texts(splitter.push("one\ntw", 0)), [[3, false]]);
  assert.equal(texts(splitter.push("o\n\n", 0)), [
    [3, false],
    [0, false],
  ]);
  assert.equal(texts(splitter.push(`${"x".repeat(20_000)}\n`, 0)), [
    [16_384, true],
    [3_616, false],
  ]);
  assert.equal(texts(splitter.push("y".repeat(16_384), 0)), [[16_384, true]]);
  assert.equal(texts(splitter.flush(0)), []);
  splitter.push("rest", 0);
  assert.equal(texts(splitter.flush(0)), [[4, true]]);
});

test("a log line is read as it was written; others are not", () => {
  const line = "2025-01-01T00:00:00.000000000Z stderr P some text";
  assert.equal(parseLogEntry(line), { timestamp: line.slice(0, 30), stream: "stderr", partial: true, text: "some text" });
  for (const other of ["", "x", "a b c d", "2025 stdout X text"]) assert.is(parseLogEntry(other), undefined);
});

test("the tail of a log counts lines, not parts; since is a moment", () => {
  const entry = (text: string, partial = false, second = 0) => ({
    timestamp: `2025-01-01T00:00:0${second}.000000000Z`,
    stream: "stdout" as const,
    partial,
    text,
  });
  const entries = [entry("a"), entry("b1", true, 1), entry("b2", false, 1), entry("c", false, 2)];
  const texts = (options: object) => selectLog(entries, { follow: false, ...options }).map((each) => each.text);
  assert.equal(texts({}), ["a", "b1", "b2", "c"]);
  assert.equal(texts({ tailLines: 1 }), ["c"]);
  assert.equal(texts({ tailLines: 2 }), ["b1", "b2", "c"]);
  assert.equal(texts({ tailLines: 0 }), []);
  assert.equal(texts({ sinceMs: Date.UTC(2025, 0, 1, 0, 0, 1) }), ["b1", "b2", "c"]);
  assert.is(truncateEntry(entry("aé"), 2).text, "a", "a character is not cut in two");
});

test("addresses: the next free one, none twice, freed ones last", () => {
  const range = parseRange("127.20.1.0/29");
  assert.ok(range);
  const pool = new AddressPool(range);
  pool.reserve("127.20.1.3");
  const taken = [pool.take(), pool.take(), pool.take(), pool.take(), pool.take()];
  assert.equal(taken, ["127.20.1.2", "127.20.1.4", "127.20.1.5", "127.20.1.6", undefined]);
  pool.free("127.20.1.4");
  assert.is(pool.take(), "127.20.1.4");
  for (const bad of ["", "127.0.0.0", "300.0.0.0/8", "127.0.0.0/33", "a.b.c.d/8"]) assert.is(parseRange(bad), undefined);
  assert.is(formatAddress(parseRange("10.1.2.3/24")?.base ?? 0), "10.1.2.0");
});

test("a low port that may not be bound is served 10,000 higher; where only 127.0.0.1 is, a port of it stands for each", () => {
  const plain = { firstFreePort: 1024, loopbackOnly: false };
  assert.equal(reachableAt(plain, "127.20.1.2", 80), { address: "127.20.1.2", port: 10_080 });
  assert.equal(reachableAt(plain, "127.20.1.2", 8080), { address: "127.20.1.2", port: 8080 });
  assert.equal(reachableAt(plain, "93.184.216.34", 80), { address: "93.184.216.34", port: 80 });
  assert.equal(reachableAt({ firstFreePort: 0, loopbackOnly: false }, "127.20.1.2", 80), { address: "127.20.1.2", port: 80 });
  const mac = reachableAt(bindingRules("darwin"), "127.20.1.2", 80);
  assert.is(mac.address, "127.0.0.1");
  assert.ok(mac.port >= 10_000 && mac.port < 30_000);
  assert.not.equal(mac, reachableAt(bindingRules("darwin"), "127.20.1.3", 80));
});

test("a resolver's search domains come first, unless a name has as many dots as ndots says", () => {
  const dns = { servers: [], searches: ["shop.svc.cluster.local", "svc.cluster.local"], options: ["ndots:5"] };
  const names = (options = dns.options) =>
    new PodResolver({ ...dns, options }, bindingRules(), () => "127.9.9.9\tDB db2 # c\n::1 db2");
  assert.equal(names().candidates("web"), ["web.shop.svc.cluster.local", "web.svc.cluster.local", "web"]);
  assert.equal(names().candidates("a.b.c.d.e.f")[0], "a.b.c.d.e.f");
  assert.equal(names(["ndots:5", "ndots:1"]).candidates("a.b")[0], "a.b");
  assert.equal(names().candidates("web."), ["web"]);
});

test("the hosts file comes before DNS; without a server every other name fails for now", async () => {
  const dns = { servers: [], searches: [], options: [] };
  const names = new PodResolver(dns, bindingRules(), () => "127.9.9.9\tDB db2 # c\n::1 db2\n");
  assert.equal(await names.lookup("db"), ["127.9.9.9"]);
  assert.equal(await names.lookup("db2"), ["127.9.9.9"]);
  assert.equal(await names.lookup("10.0.0.1"), ["10.0.0.1"]);
  const code = await names.lookup("c").catch((error: NodeJS.ErrnoException) => error.code);
  assert.is(code, "EAI_AGAIN");
});

test("images are found by their repository, in any of its names; users' images by name and tag", () => {
  const catalog = new ImageCatalog();
  assert.is(catalog.find("nginx:1.27")?.repository, "docker.io/library/nginx");
  assert.is(catalog.find(`docker.io/library/nginx@${digest}`)?.repository, "docker.io/library/nginx");
  assert.is(catalog.find("k8s.gcr.io/pause:3.1")?.repository, "registry.k8s.io/pause");
  assert.is(catalog.find("example.com/mine"), undefined);
  const lacks = (image: string) => lacksTag(catalog.find(image)!, parseImageReference(image)!);
  assert.equal(["nginx:0.0.1", "jocatalin/kubernetes-bootcamp:v2", "jocatalin/kubernetes-bootcamp:v10"].map(lacks), [
    false,
    false,
    true,
  ]);
  catalog.register({ name: "example.com/mine:2", program: { kind: "module", url: "file:///mine.js" } });
  assert.ok(catalog.find("example.com/mine:2"));
  assert.is(catalog.find("example.com/mine:3"), undefined);
  assert.throws(() => catalog.register({ name: "No Name", program: { kind: "module", url: "" } }), "invalid image name");
  const nginx = catalog.find("nginx");
  assert.ok(nginx);
  const applets = new Set(["sh"]);
  for (const name of ["nginx", "/usr/sbin/nginx", "/docker-entrypoint.sh"]) {
    assert.equal(findProgram(nginx, name, applets), { kind: "stand-in", name: "nginx" }, name);
  }
  assert.equal(findProgram(nginx, "/bin/sh", applets), { kind: "stand-in", name: "busybox" });
  assert.is(findProgram(nginx, "/opt/sh", applets), undefined);
});

/** Command line, to when it ends with what; undefined: it runs until it is killed. */
const timelines: ReadonlyArray<readonly [readonly string[], readonly [number, number] | undefined]> = [
  [[], undefined],
  [["nginx"], undefined],
  [
    ["sleep", "5"],
    [5_000, 0],
  ],
  [
    ["/bin/sleep", "1m"],
    [60_000, 0],
  ],
  [["sleep", "infinity"], undefined],
  [["false"], [0, 1]],
  [
    ["sh", "-c", "exit 3"],
    [0, 3],
  ],
  [
    ["sh", "-c", "sleep 1; echo 'a b'; sleep 2 && exit 4"],
    [3_000, 4],
  ],
  [
    ["/bin/sh", "-ec", "echo hi"],
    [0, 0],
  ],
  [["sh", "-c", "while true; do sleep 1; done"], undefined],
  [["sh", "-c", "echo $HOME"], undefined],
  [["sh", "-c", "false && echo x"], undefined],
  [["sh", "-c", "nginx; exit 1"], undefined],
];
for (const [words, end] of timelines) {
  test(`simulated: ${words.join(" ")}`, () => {
    const { exit } = timelineOf(words);
    assert.equal(exit === undefined ? undefined : [exit.atMs, exit.exitCode], end);
  });
}

test("the first rule that matches gives each field; the image's tag counts where the rule has one", () => {
  const rules: SimulatedRule[] = [
    { image: "nginx:1", startDelayMs: 1 },
    { image: "nginx", startDelayMs: 2, exit: { afterMs: 9, exitCode: 1 }, attempts: 2 },
    { container: "main", startDelayMs: 3 },
    { podPrefix: "web-", startDelayMs: 4 },
    { command: "serve", startDelayMs: 5 },
    { image: "slow", pullDelayMs: 100 },
    { image: "bad", pullError: "no" },
  ];
  const spec = (change: object): ContainerSpec =>
    containerSpec("id", "sandbox", containerConfig({ name: "other", image: "x", ...change }));
  const delay = (change: object, pod = "pod") => behaviourOf(rules, spec(change), pod).startDelayMs;
  assert.is(delay({ image: "docker.io/library/nginx:1" }), 1);
  assert.is(delay({ image: "nginx:2" }), 2);
  assert.is(delay({ image: "nginx:2", attempt: 2 }), 0, "the rule is about the first two attempts");
  assert.is(delay({ name: "main" }), 3);
  assert.is(delay({}, "web-1"), 4);
  assert.is(delay({ args: ["serve", "now"] }), 5);
  assert.is(delay({}), 0);
  assert.equal(behaviourOf(rules, spec({ image: "nginx:2" }), "pod").timeline.exit, { atMs: 9, exitCode: 1 });
  assert.equal(pullOf(rules, "slow:1"), { delayMs: 100, error: undefined });
  assert.equal(pullOf(rules, "bad"), { delayMs: 0, error: "no" });
  assert.equal(pullOf(rules, "x"), { delayMs: 0, error: undefined });
});

test("a terminal echoes, edits a line, and gives it at Enter", () => {
  const heard: string[] = [];
  let echoed = "";
  const terminal = new Terminal({
    echo: (bytes) => {
      echoed += Buffer.from(bytes).toString();
    },
    line: (bytes) => heard.push(Buffer.from(bytes).toString()),
    end: () => heard.push("end"),
    interrupt: () => heard.push("interrupt"),
  });
  terminal.typed(Buffer.from("lx\x7fs\r"));
  terminal.typed(Buffer.from("gone\x15ok\r\x04half\x03"));
  assert.equal(heard, ["ls\n", "ok\n", "end", "interrupt"]);
  assert.is(echoed, `lx\b \bs\r\ngone${"\b \b".repeat(4)}ok\r\nhalf^C\r\n`);
});

test.run();
