// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the scripts are a shell's, not templates of JavaScript
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ShellHarness } from "./shell-harness.js";

const test = suite("awk, sed, find and other tools");
const shell = new ShellHarness();
test.after(() => shell.remove());
const people = "alice 10 x\nbob 20 y\ncarol 5 z\n\ndave 7.5 x\n";

/** Script to what it writes about the people, and its exit status when that is not 0. */
const table: ReadonlyArray<readonly [string, string, number?]> = [
  // awk: https://pubs.opengroup.org/onlinepubs/9699919799/utilities/awk.html
  ["awk {'print $1'}", "alice\nbob\ncarol\n\ndave\n"],
  ["awk '{print $NF, NR, NF}' | head -n 2", "x 1 3\ny 2 3\n"],
  ['echo 1.2.3.4 | awk -F. \'{print $1"-"$2"-"$3"-"$4".x"}\'', "1-2-3-4.x\n"],
  ["awk 'BEGIN {print 1+2*3^2, 7%3, -2^2, 2**3; print 1e6, 0.1+0.2, 1/3}'", "19 1 -4 8\n1000000 0.3 0.333333\n"],
  [
    'awk \'BEGIN {printf "%5.2f|%-5s|%05d|%x|%c|%c|%e|%g\\n", 3.14159,"ab",42,255,65,"hello",12345.678,1e-7}\'',
    " 3.14|ab   |00042|ff|A|h|1.234568e+04|1e-07\n",
  ],
  ["awk '{s += $2} END {print s, s/NR}'", "42.5 8.5\n"],
  ["awk '$2 > 6 {print $1}'", "alice\nbob\ndave\n"],
  ["awk '/a/ && !/v/ {n++} END {print n}'", "2\n"],
  ["awk 'NR==2,NR==4 {print NR\":\"$0}'", "2:bob 20 y\n3:carol 5 z\n4:\n"],
  ['awk \'{c[$3]++} END {for (k in c) n += c[k]; print n, length(c), c["x"]; delete c["x"]; print ("x" in c)}\'', "5 4 2\n0\n"],
  ["awk 'NR<3 {gsub(/[aeiou]/, \"<&>\"); print}'", "<a>l<i>c<e> 10 x\nb<o>b 20 y\n"],
  [
    'awk \'BEGIN {x = "abc"; print length(x), substr(x,2), substr(x,0,2), index(x,"c"), toupper(x), match("foobar",/o+/), RSTART, RLENGTH}\'',
    "3 bc a 3 ABC 2 2 2\n",
  ],
  [
    'awk \'function f(a, b) {return a*b} function g(arr) {arr["z"]=9} BEGIN {print f(3,4); q[1]=1; g(q); print q["z"]}\'',
    "12\n9\n",
  ],
  ["awk 'BEGIN {while (i<5) {i++; if (i==2) continue; if (i==4) break; print i} do {i--} while (i>0); print i}'", "1\n3\n0\n"],
  ['awk -v x=5 \'BEGIN {print x+1, x==5, "10"<"9", 10<9, 1==1.0}\'', "6 1 1 0 1\n"],
  ['awk \'BEGIN {OFS="-"; $0="a b c"; $1=$1; print; print NF; NF=2; print; $5="e"; print}\'', "a-b-c\n3\na-b\na-b---e\n"],
  ["awk 'BEGIN {a[1,2]=3; for (k in a) {split(k,s,SUBSEP); print s[1],s[2]} if ((1,2) in a) print \"in\"}'", "1 2\nin\n"],
  ["awk 'END {print NR; exit 3}'", "5\n", 3],
  ['awk \'BEGIN {RS=""} {print NR": "$1}\'', "1: alice\n2: dave\n"],
  ["awk 'NR==1 {getline; print $1} NR==3 {next} END {print NR}'", "bob\n5\n"],
  [
    'echo \'l1\nl2\' > /tmp/l; awk \'BEGIN {while ((getline line < "/tmp/l") > 0) print "got", line > "/tmp/out"}\'; cat /tmp/out',
    "got l1\ngot l2\n",
  ],
  ['awk \'{print ($2 < 8 ? "low" : "high")}\' | uniq -c', "      2 high\n      3 low\n"],
  ["awk 'BEGIN {print ENVIRON[\"GREETING\"], ARGC}' a", "hello 2\n"],
  // sed
  ["sed -n 2p", "bob 20 y\n"],
  ["sed 's/o/0/; /^$/d; 2,3s/[0-9]*$/&!/' | head -n 2", "alice 10 x\nb0b 20 y!\n"],
  ["sed -E 's/(\\w+) ([0-9.]+)/\\2 \\1/g;3q'", "10 alice x\n20 bob y\n5 carol z\n"],
  ["sed -e '/bob/!d' -e 's|b|/|2'", "bo/ 20 y\n"],
  ["sed '1i\\\nfirst\n$a last\n2,4d'", "first\nalice 10 x\ndave 7.5 x\nlast\n"],
  ["echo a.b.c | sed ':again;s/\\./-/;t again'", "a-b-c\n"],
  ["printf 'a\\nb\\nc\\n' | sed -n '1!G;h;$p'", "c\nb\na\n"],
  ["printf 'a\\nb\\nc\\n' | sed 'N;s/\\n/+/'", "a+b\nc\n"],
  ["echo k=v > /tmp/f; sed -i.old 's/v/w/' /tmp/f; cat /tmp/f /tmp/f.old; sed y/kw/KW/ /tmp/f", "k=w\nk=v\nK=W\n"],
  ["sed 's/(/x/'; sed Z", "alice 10 x\nbob 20 y\ncarol 5 z\n\ndave 7.5 x\n", 1],
  // find and xargs
  ["mkdir -p /tmp/d/e; touch /tmp/d/a.txt /tmp/d/e/b.txt; cd /tmp/d; find . -name '*.txt' -type f", "./a.txt\n./e/b.txt\n"],
  [
    "cd /tmp/d; find . -maxdepth 1 -mindepth 1 -not -name e; find /tmp/d -type d -o -name b.txt",
    "./a.txt\n/tmp/d\n/tmp/d/e\n/tmp/d/e/b.txt\n",
  ],
  [
    "cd /tmp/d; find . -name '*.txt' -exec echo found {} \\; ; find . -name b.txt -delete; find . -empty",
    "found ./a.txt\nfound ./e/b.txt\n./a.txt\n./e\n",
  ],
  ["echo a b c | xargs -n 2 echo x; seq 2 | xargs -I {} echo n={}; printf '' | xargs -r echo", "x a b\nx c\nn=1\nn=2\n"],
  // modes and owners
  [
    "cd /tmp; touch m; chmod 640 m; stat -c '%a %A %F %n' m; chmod u+x,o=r,g-r m; stat -c %a m; ls -l m | cut -c1-10",
    "640 -rw-r----- regular empty file m\n704\n-rwx---r--\n",
  ],
  [
    "cd /tmp; mkdir -p s; chmod 1777 s; ls -ld s | cut -c1-10; chmod -R go-rwx s; stat -c %a s; chmod zz s",
    "drwxrwxrwt\n1700\n",
    1,
  ],
  // bytes
  [
    "printf hello | md5sum; printf hello | sha256sum | cut -c1-8; printf hello | base64 | tee /tmp/b64; base64 -d /tmp/b64",
    "5d41402abc4b2a76b9719d911017c592  -\n2cf24dba\naGVsbG8=\nhello",
  ],
  ["printf hello > /tmp/h; md5sum /tmp/h > /tmp/sums; md5sum -c /tmp/sums", "/tmp/h: OK\n"],
  [
    "dd if=/dev/zero of=/tmp/z bs=1k count=3 2> /dev/null; wc -c /tmp/z; printf abcdef | dd bs=2 skip=0 count=2 2>&1",
    "3072 /tmp/z\nabcd2+0 records in\n2+0 records out\n4 bytes copied\n",
  ],
  ["seq 3 | tac | rev | tr '\\n' ' '", "3 2 1 "],
  // tools
  ["expr 1 + 2 '*' 3; expr abc : 'a\\(.*\\)'; expr 5 '>' 7; expr length hello", "7\nbc\n0\n5\n"],
  ["timeout 0.05 sleep 5; echo $?; timeout 5 echo in time", "143\nin time\n"],
  ["f=$(mktemp); test -f $f && echo made; d=$(mktemp -d /tmp/x.XXXXXX); test -d $d && echo made", "made\nmade\n"],
  ["which awk; which nothing; echo $?", "/bin/awk\n1\n"],
  [
    "mkdir -p /proc/sys/kernel; echo 1 > /proc/sys/kernel/shm_rmid_forced; sysctl kernel.shm_rmid_forced; sysctl -n kernel.shm_rmid_forced",
    "kernel.shm_rmid_forced = 1\n1\n",
  ],
  ["/bin/sh -c 'nothing'", "", 127],
];

for (const [script, out, status = 0] of table) {
  test(script.replaceAll("\n", "\\n"), async () => {
    const result = await shell.run(["sh", "-c", script], people);
    assert.is(result.out, out, result.err);
    assert.is(result.status, status, result.err);
  });
}

test("a shell says what it was called as", async () => {
  assert.is(
    (await shell.run(["/bin/sh", "-c", "echo x > /none/x"])).err,
    "/bin/sh: can't create /none/x: No such file or directory\n",
  );
});

test("a program of awk or sed that is none is refused with what is wrong", async () => {
  const said = async (...argv: string[]) => (await shell.run(argv)).err;
  assert.is(await said("awk", "{print $1"), "awk: syntax error at end of file\n");
  assert.is(await said("awk", "BEGIN {print 1/0}"), "awk: division by zero\n");
  assert.is(await said("sed", "s/a"), "sed: unmatched '/'\n");
  assert.is(await said("find", ".", "-frob"), "find: unrecognized: -frob\n");
});

test.run();
