// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the scripts are a shell's, not templates of JavaScript
import { mkdirSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { tcpSockets } from "../../actors/runc/io/shell/applets-netstat.js";
import { leaveOut } from "../support/tools.js";
import { type Result, ShellHarness } from "./shell-harness.js";

const test = suite("shell");
const shell = new ShellHarness((root) => {
  mkdirSync(join(root, "readonly"));
  writeFileSync(join(root, "tmp/poem"), "one fish\ntwo fish\nred fish\nblue fish\n");
  return [{ hostPath: join(root, "readonly"), containerPath: "/config", readonly: true }];
});
const { signals } = shell;
const run: typeof shell.run = (...values) => shell.run(...values);

const sh = (script: string, stdin?: string): Promise<Result> => run(["sh", "-c", script], stdin);

/** Script to what it writes, and its exit status when that is not 0. */
const table: ReadonlyArray<readonly [string, string, number?]> = [
  // Words and quotes.
  ["echo a   b", "a b\n"],
  ["stty size", "31 97\n"],
  ["echo 'a   b' \"c  d\" e\\ f", "a   b c  d e f\n"],
  ["echo $GREETING ${GREETING}s \"$GREETING\" '$GREETING'", "hello hellos hello $GREETING\n"],
  ["echo one # two", "one\n"],
  ["echo a#b", "a#b\n"],
  ["echo -n x; echo -e 'a\\tb'", "xa\tb\n"],
  ["X=1 Y=2; echo $X$Y", "12\n"],
  ["X='a b'; echo $X; for w in $X; do echo $w; done; for w in \"$X\"; do echo $w; done", "a b\na\nb\na b\n"],
  ["echo ${NONE:-default} ${GREETING:+set} ${#GREETING}", "default set 5\n"],
  ["F=a/b/c.txt; echo ${F##*/} ${F%.txt} ${F#*/} ${F%%/*}", "c.txt a/b/c b/c.txt a\n"],
  ["echo $(echo inner) `echo old`", "inner old\n"],
  ["echo \"$(echo 'a  b')\"", "a  b\n"],
  ["echo $((1 + 2 * 3)) $(( (1+2)*3 )) $((7 % 3)) $((2 > 1))", "7 9 1 1\n"],
  ["i=1; i=$((i+1)); echo $i", "2\n"],
  ["cat <<END\nhi $GREETING\nEND\necho after", "hi hello\nafter\n"],
  ["cat <<'END'\n$GREETING\nEND", "$GREETING\n"],
  ["echo a\\\nb", "ab\n"],
  ["echo ~", "/root\n"],
  // Lists, pipes, conditions.
  ["true && echo yes || echo no", "yes\n"],
  ["false && echo yes || echo no", "no\n"],
  ["! false; echo $?", "0\n"],
  ["exit 3", "", 3],
  ["false", "", 1],
  ["(exit 4); echo $?", "4\n"],
  ["echo a; exit 2; echo b", "a\n", 2],
  ["set -e; false; echo never", "", 1],
  ["set -e; if false; then :; fi; false || true; echo here", "here\n"],
  ["echo b a c | tr ' ' '\\n' | sort | head -n 2", "a\nb\n"],
  ["yes | head -n 3", "y\ny\ny\n"],
  ["seq 3 | while read n; do echo n=$n; done", "n=1\nn=2\nn=3\n"],
  ["if [ 1 -lt 2 ]; then echo less; elif true; then echo x; else echo more; fi", "less\n"],
  ["if test -f /tmp/none; then echo a; else echo b; fi", "b\n"],
  ["for kind in b c p S; do test -$kind /tmp/poem && echo $kind; done; test -c /dev/null && echo ok", "ok\n"],
  ["[ -f /tmp/poem ] && [ ! -d /tmp/poem ] && [ -n x -a -z '' ] && echo ok", "ok\n"],
  ["if [[ -r /tmp/poem ]] ; then echo there; fi; [[ a == b ]] || echo differ", "there\ndiffer\n"],
  ["[[ a == a ]; echo $?", "2\n"],
  ["echo $(( $RANDOM / 32768 )) ${#NONE}", "0 0\n"],
  ["i=0; while [ $i -lt 3 ]; do i=$((i+1)); [ $i = 2 ] && continue; echo $i; done", "1\n3\n"],
  ["i=0; until [ $i -ge 2 ]; do echo $i; i=$((i+1)); done", "0\n1\n"],
  ["while true; do break; done; echo out", "out\n"],
  ["for i in 1 2 3; do for j in a b; do [ $i = 2 ] && break 2; echo $i$j; done; done", "1a\n1b\n"],
  ["for i in $(seq 1 3); do echo -n $i; done; echo", "123\n"],
  ["case abc in x) echo x;; a*) echo a;; *) echo other;; esac", "a\n"],
  ["case $GREETING in hi|hello) echo greeted;; esac", "greeted\n"],
  ['f() { echo "got $1 of $#"; return 5; }; f a b; echo $?', "got a of 2\n5\n"],
  ["{ echo a; echo b; } | wc -l", "2\n"],
  ["printf 'one fish\\n' | hexdump -C", `00000000  6f 6e 65 20 66 69 73 68  0a${" ".repeat(23)}|one fish.|\n00000009\n`],
  ["printf abc | hexdump", "0000000 6261 0063\n0000003\n"],
  [
    `printf ${"a".repeat(64)}b | hexdump -C`,
    `00000000  ${"61 ".repeat(8)} ${"61 ".repeat(8)} |${"a".repeat(16)}|\n*\n00000040  62${" ".repeat(48)}|b|\n00000041\n`,
  ],
  ['set -- x y z; shift; echo $1 $#; for a in "$@"; do echo $a; done', "y 2\ny\nz\n"],
  ["eval 'echo $GREETING'", "hello\n"],
  ["trap 'echo bye' EXIT; echo hi", "hi\nbye\n"],
  ["sleep 0.01 & wait; echo done", "done\n"],
  ["(cd /; pwd); pwd", "/\n/tmp\n"],
  // Redirections and files.
  ["echo x > f1; echo y >> f1; cat f1 < /dev/null; rm f1; ls f1 2>/dev/null || echo gone", "x\ny\ngone\n"],
  ["cat < poem | grep -c fish", "4\n"],
  ["ls nowhere 2>&1", "ls: nowhere: No such file or directory\n", 1],
  ["mkdir -p d/e && touch d/e/f && ls d/e && rm -r d && ls -d d 2>/dev/null; echo $?", "f\n1\n"],
  ["echo x > /tmp/a.txt; echo y > /tmp/b.txt; cat *.txt; rm *.txt; echo *.txt", "x\ny\n*.txt\n"],
  ["echo hi > /tmp/c1; cp c1 c2; mv c2 c3; cat c3; rm c1 c3", "hi\n"],
  ["ln -s /tmp/poem l; head -n1 l; readlink l; rm l", "one fish\n/tmp/poem\n"],
  ["echo x > /dev/null; echo y >&2", ""],
  // Applets.
  ["head -n 1 poem; tail -n 1 poem; head -2 poem | tail -1", "one fish\nblue fish\ntwo fish\n"],
  [
    "grep -v fish poem; echo $?; grep -i RED poem; grep -n 'b.*e' poem; grep -E '^(one|two)' poem",
    "1\nred fish\n4:blue fish\none fish\ntwo fish\n",
  ],
  ["grep -q blue poem && echo found", "found\n"],
  ["wc -l poem; wc -c < poem; echo a b c | wc -w", "4 poem\n37\n3\n"],
  ["printf '%s-%d\\n' a 1 b 2; printf '%05d|%-3s|%x\\n' 42 a 255; printf 'no newline'", "a-1\nb-2\n00042|a  |ff\nno newline"],
  ["seq 2 2 6; seq 3 -1 1 | tr '\\n' ' '", "2\n4\n6\n3 2 1 "],
  ["echo a:b:c | cut -d: -f2,3; echo abc | cut -c1-2", "b:c\nab\n"],
  ["printf 'b\\na\\nb\\n' | sort | uniq -c | tr -s ' '", " 1 a\n 2 b\n"],
  ["echo abc | tr a-c A-C; echo aabb | tr -d a", "ABC\nbb\n"],
  ["echo x | tee t1; cat t1; rm t1", "x\nx\n"],
  ["hostname; whoami; uname; basename /a/b.c .c; dirname /a/b", "web-1\nroot\nLinux\nb\n/a\n"],
  ["env | grep GREETING; printenv GREETING; env A=b sh -c 'echo $A'", "GREETING=hello\nhello\nb\n"],
  ["X=1; sh -c 'echo [$X]'; export X; sh -c 'echo [$X]'", "[]\n[1]\n"],
  ["getent hosts web", "127.21.0.10     web\n"],
  ["date -u +%Y | grep -c '^20'", "1\n"],
  ["command -v ls; command -v nope; echo $?", "/bin/ls\n127\n"],
  ["echo 'echo from $1' > s.sh; sh s.sh file; . ./s.sh; rm s.sh", "from file\nfrom\n"],
];

for (const [script, out, status = 0] of table) {
  test(script.replaceAll("\n", "\\n"), async () => {
    const result = await sh(script);
    assert.is(result.out, out, result.err);
    assert.is(result.status, status);
  });
}

/** Script to what it complains of, and its exit status. */
const complaints: ReadonlyArray<readonly [string, string, number]> = [
  ["nope", "sh: nope: not found\n", 127],
  ["/no/such", "sh: /no/such: not found\n", 127],
  ["/tmp", "sh: /tmp: Permission denied\n", 126],
  ["curl localhost", "sh: curl: not found\n", 127],
  ["cat /none", "cat: can't open '/none': No such file or directory\n", 1],
  ["echo x > /config/y", "sh: can't create /config/y: Read-only file system\n", 1],
  ["touch /config/y", "touch: /config/y: Read-only file system\n", 1],
  ["cat < /none", "sh: can't open /none: No such file or directory\n", 1],
  ["mkdir /tmp", "mkdir: can't create directory '/tmp': File exists\n", 1],
  ["rm /none", "rm: can't remove '/none': No such file or directory\n", 1],
  ["cd /none", "sh: cd: can't cd to /none: No such file or directory\n", 1],
  ["if true", 'sh: syntax error: unexpected end of file (expecting "then")\n', 2],
  ["echo 'open", "sh: syntax error: unterminated quoted string\n", 2],
  ["fi", 'sh: syntax error: unexpected "fi"\n', 2],
  ["echo $((1/0))", "sh: divide by zero\n", 2],
  ["echo ${NONE:?must be set}", "sh: NONE: must be set\n", 2],
  ["sleep x", "sleep: invalid number 'x'\n", 1],
  ["wget -qO- http://nobody", "wget: bad address 'nobody'\n", 1],
  ["kill 7", "kill: can't kill pid 7: No such process\n", 1],
];

for (const [script, complaint, status] of complaints) {
  test(`${script} fails`, async () => {
    const result = await sh(script);
    assert.is(result.err, complaint);
    assert.is(result.status, status);
  });
}

test("what is typed is read by the commands, and a shell without -c reads its script there", async () => {
  assert.is((await sh("read a b; echo $b $a; cat", "one two three\nrest\n")).out, "two three one\nrest\n".replace("rest\n", ""));
  assert.equal(await run(["sh"], "echo one\nif true\nthen echo two\nfi\nexit 3\n"), { status: 3, out: "one\ntwo\n", err: "" });
});

test("tar packs and unpacks, also names that are long, and refuses what is no archive", async () => {
  const long = "a".repeat(120);
  const made = await sh(
    `mkdir -p /tmp/from/${long} /tmp/to; echo 1 > /tmp/from/one; echo 2 > /tmp/from/${long}/two; ln -s one /tmp/from/link`,
  );
  assert.is(made.status, 0, made.err);
  assert.equal(await sh(`tar cf - -C /tmp from | tar -xmf - -C /tmp/to && cat /tmp/to/from/link /tmp/to/from/${long}/two`), {
    status: 0,
    out: "1\n2\n",
    err: "",
  });
  assert.equal(await sh("tar cf /tmp/poem.tar /tmp/poem; tar tf /tmp/poem.tar; tar cf - /tmp/none | tar -t"), {
    status: 0,
    out: "tmp/poem\n",
    err: [
      "tar: removing leading '/' from member names",
      "tar: removing leading '/' from member names",
      "tar: /tmp/none: No such file or directory",
      "tar: error exit delayed from previous errors\n",
    ].join("\n"),
  });
  assert.equal(await sh("tar xf -", "no archive"), { status: 1, out: "", err: "tar: short read\n" });
  assert.equal(await sh("tar xf -", "x".repeat(512)), { status: 1, out: "", err: "tar: invalid tar header checksum\n" });
  assert.equal(await sh("tar -f -"), { status: 1, out: "", err: "tar: must specify one of -c, -x, -t\n" });
});

test("an applet is a program of its own", async () => {
  assert.is((await run(["echo", "hi"])).out, "hi\n");
  assert.is((await run(["/bin/cat", "/tmp/poem"])).out.split("\n").length, 5);
  assert.is((await run(["nope"])).status, 127);
});

test("a table of sockets is read as Linux writes it", () => {
  const table = [
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
    "   0: 0201147F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 651 1 0 100 0 0 10 0",
    "   1: 0201147F:0050 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 652 1 0 20 4 30 10 -1",
  ].join("\n");
  const local = { address: "127.20.1.2", port: 80 };
  assert.equal(tcpSockets(table), [
    { local, remote: { address: "0.0.0.0", port: 0 }, state: "LISTEN" },
    { local, remote: { address: "127.0.0.1", port: 50_000 }, state: "ESTABLISHED" },
  ]);
});

test("netstat tells of the pod's own sockets", async () => {
  if (process.platform !== "linux") return leaveOut("only Linux has a table of sockets");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.20.1.2", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    assert.is((await sh(`netstat -na | grep LISTEN | grep -c ' 127.20.1.2:${port} '`)).out, "1\n");
    assert.is((await sh("netstat -tn | grep -c LISTEN")).out, "0\n", "servers are told of when they are asked for");
  } finally {
    server.close();
  }
});

test("kill 1 is a signal to the container", async () => {
  signals.length = 0;
  assert.is((await sh("kill 1; kill -9 1; kill -HUP 1")).status, 0);
  assert.equal(signals, ["SIGTERM", "SIGKILL", "SIGHUP"]);
});

test("an endless script neither holds the thread nor outlives its container", async () => {
  const ended = new AbortController();
  const running = run(["sh", "-c", "while true; do :; done"], undefined, ended.signal);
  await new Promise((resolve) => setTimeout(resolve, 20));
  ended.abort();
  assert.is((await running).status, 137);
});

test.after(() => shell.remove());
test.run();
