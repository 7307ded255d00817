/** What pods do on the network: agnhost's servers, and curl, nc, dig, nslookup and getent that ask them. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bindingRules } from "../../actors/runc/io/ports.js";
import { type ClusterDns, serveClusterDns } from "../support/cluster-dns.js";
import { RuntimeHarness } from "./runtime-harness.js";

const test = suite("pods on the network");
const image = "registry.k8s.io/e2e-test-images/agnhost:2.53";
let harness: RuntimeHarness;
let dns: ClusterDns;
/** A pod that serves, and one that asks. */
let server: { id: string; podIP: string };
let client: { id: string; podIP: string };

test.before(async () => {
  harness = await RuntimeHarness.started();
  dns = await serveClusterDns(harness.dnsAddress, bindingRules());
  server = await harness.run(image, { args: ["netexec", "--http-port=8080", "--udp-port=8081"] });
  client = await harness.run(image, { args: ["pause"] });
  dns.services.set("default/shop", server.podIP);
  await harness.portOf(server.id);
  await harness.log(server.id, {}, (text) => text.includes("UDP server on port 8081"));
});
test.after(async () => {
  dns.close();
  await harness.stop();
});

const sh = (command: string) => harness.exec(client.id, ["sh", "-c", command]);
const answer = async (path: string) => (await sh(`curl -g -q -s 'http://shop:8080${path}'`)).stdout;

test("netexec tells names and addresses, echoes, redirects and runs commands", async () => {
  assert.is(await answer("/hostname"), "web");
  assert.is(await answer("/hostName"), "web");
  assert.match(await answer("/clientip"), new RegExp(`^${client.podIP}:\\d+$`), "the pod's address is what others see");
  assert.is(await answer("/echo?msg=hi+there"), "hi there");
  assert.is((await sh("curl -s -o /dev/null -w '%{http_code}' 'http://shop:8080/echo?code=418'")).stdout, "418");
  assert.is((await sh("curl -s -L 'http://shop:8080/redirect?location=/hostname&code=301'")).stdout, "web");
  assert.equal(JSON.parse(await answer("/shell?cmd=echo+a;+exit+3")), { error: "exit status 3", output: "a\n" });
  assert.match(await answer("/"), /^NOW: /);
});

test("netexec asks others by HTTP and by datagram, and tells what they said", async () => {
  const dial = async (query: string) => JSON.parse(await answer(`/dial?${query}`)) as { responses?: string[]; errors?: string[] };
  assert.equal(await dial(`host=shop&port=8080&protocol=http&request=hostname&tries=2`), { responses: ["web", "web"] });
  assert.equal(await dial(`host=shop&port=8081&protocol=udp&request=hostname`), { responses: ["web"] });
  assert.equal(await dial(`host=shop&port=8081&protocol=udp&request=echo%20HI`), { responses: ["hi"] });
  const failed = await dial(`host=shop&port=8099&protocol=http&request=hostname`);
  assert.match(failed.errors?.[0] ?? "", "ECONNREFUSED");
  assert.is(await answer("/dial?host=shop&port=1"), "request parameter not specified. <nil>\n");
  assert.is(await answer("/dial?host=shop&port=1&request=x&protocol=sctp"), "unsupported protocol. sctp\n");
});

test("netexec is healthy until it is told otherwise, and ends as it is told", async () => {
  const other = await harness.run(image, { args: ["netexec", "--http-port=8090", "--udp-port=-1"] });
  await harness.portOf(other.id);
  const at = `http://${other.podIP}:8090`;
  assert.is((await sh(`curl -s -f ${at}/healthz`)).exitCode, 0);
  await sh(`curl -s '${at}/healthz?set=false'`);
  assert.is((await sh(`curl -s -f ${at}/healthz`)).exitCode, 22);
  await sh(`curl -s '${at}/exit?code=3&wait=10ms'`);
  assert.is((await harness.exitOf(other.id)).exitCode, 3);
});

/** A command, its exit code, and what it prints; `<shop>` is the address of the pod that serves, `<dns>` the cluster's DNS, nobody is at `<nobody>`. */
const asked: ReadonlyArray<readonly [string, number, RegExp]> = [
  ["nc -zv -t -w 2 shop 8080", 0, /^Connection to shop 8080 port \[tcp\/\*\] succeeded!\n$/],
  ["nc -zv -w 2 shop 8099", 1, /^nc: connect to shop 8099 port \(tcp\) failed: Connection refused\n$|failed: Connection refused/],
  ["nc -zvu -w 2 shop 8081", 0, /^Connection to shop 8081 port \[udp\/\*\] succeeded!\n$/],
  ["nc -zvu -w 2 shop 8099", 1, /refused/i],
  ["nc -z nobody 80", 1, /does not resolve/],
  ["echo hostname | nc -u -w 1 shop 8081", 0, /^web$/],
  ["printf 'GET /hostname HTTP/1.0\\r\\n\\r\\n' | nc -w 2 shop 8080", 0, /\r\n\r\nweb$/],
  ["getent hosts shop", 0, /^<shop> +shop\n$/],
  ["getent hosts nobody", 2, /^$/],
  ["dig +notcp +noall +answer +search shop A", 0, /^shop\.default\.svc\.cluster\.local\.\t\t30\tIN\tA\t<shop>\n$/],
  ["dig +tcp +short shop.default.svc.cluster.local", 0, /^<shop>\n$/],
  ["dig +short shop", 0, /^$/],
  ["dig nobody.default.svc.cluster.local", 0, /status: NXDOMAIN[\s\S]*SOA/],
  ["dig +time=1 +tries=1 @<nobody> shop", 9, /no servers could be reached/],
  [
    "nslookup shop",
    0,
    /^Server:\t\t<dns>\nAddress:\t<dns>#53\n\nName:\tshop\.default\.svc\.cluster\.local\nAddress: <shop>\n\n$/,
  ],
  ["nslookup nobody.default.svc.cluster.local.", 1, /server can't find nobody\.default\.svc\.cluster\.local\.: NXDOMAIN/],
  ["curl -s --connect-timeout 2 http://nobody/", 6, /^$/],
  ["curl -sS http://shop:8099/", 7, /^curl: \(7\) Failed to connect to shop port 8099/],
  ["curl -s --bogus http://web/", 2, /option --bogus: is unknown/],
  ["/agnhost connect shop:8080", 0, /^$/],
  ["/agnhost connect shop:8099 --timeout=5s", 1, /^REFUSED\n$/],
  ["/agnhost connect nobody:1", 1, /^DNS: lookup nobody: no such host\n$/],
  ["/agnhost connect shop", 1, /^UNKNOWN: /],
  ["/agnhost dns-suffix", 0, /^default\.svc\.cluster\.local,svc\.cluster\.local,cluster\.local\n$/],
  ["/agnhost dns-server-list", 0, /^<dns>\n$/],
  ["/agnhost etc-hosts", 0, /^# Kubernetes-managed hosts file\.\n/],
  ["cat /etc/resolv.conf", 0, /^search default\.svc.*\nnameserver <dns>\noptions ndots:5\n$/],
];
for (const [command, exitCode, printed] of asked) {
  test(`${command}: ${exitCode}`, async () => {
    const result = await sh(command.replace("<nobody>", harness.podAddress(250)));
    assert.is(result.exitCode, exitCode, result.stderr);
    const text = result.stdout + result.stderr;
    assert.match(text.replaceAll(harness.dnsAddress, "<dns>").replaceAll(server.podIP, "<shop>"), printed);
  });
}

test("porter serves what its environment says, with TLS where it says so", async () => {
  const env = [
    { name: "SERVE_PORT_8080", value: "plain" },
    { name: "SERVE_TLS_PORT_8443", value: "secret" },
  ];
  const porter = await harness.run(image, { args: ["porter"], env });
  await harness.portOf(porter.id);
  assert.is((await sh(`curl -s http://${porter.podIP}:8080/`)).stdout, "plain");
  assert.is(
    (await sh(`curl -s --retry 5 --retry-connrefused --retry-delay 0.05 -k https://${porter.podIP}:8443/`)).stdout,
    "secret",
  );
});

test("serve-hostname serves over TCP and UDP too", async () => {
  const named = await harness.run(image, { args: ["serve-hostname", "--tcp", "--udp", "--http=false", "--port=9000"] });
  await harness.portOf(named.id);
  assert.is((await sh(`nc -w 2 ${named.podIP} 9000`)).stdout, "web");
  assert.is((await sh(`echo x | nc -u -w 1 ${named.podIP} 9000`)).stdout, "web");
});

test("port-forward-tester checks what it is sent, and answers in chunks", async () => {
  const env = Object.entries({
    BIND_ADDRESS: "0.0.0.0",
    BIND_PORT: "8085",
    EXPECTED_CLIENT_DATA: "abc",
    CHUNKS: "3",
    CHUNK_SIZE: "4",
    CHUNK_INTERVAL: "5",
  }).map(([name, value]) => ({ name, value }));
  const tester = await harness.run(image, { args: ["port-forward-tester"], env });
  await harness.portOf(tester.id);
  assert.is((await sh(`printf abc | nc ${tester.podIP} 8085`)).stdout, "xxxxxxxxxxxx");
  assert.is((await harness.exitOf(tester.id)).exitCode, 0);
  assert.match(await harness.log(tester.id), "Received expected client data\nShutting down connection\nDone");
});

test("nettest passes once it has written to its peers, and they to it", async () => {
  const pod = await harness.run(image, { args: ["nettest", "--peers=1", "--port=8086"] });
  await harness.portOf(pod.id);
  const at = `http://${pod.podIP}:8086`;
  assert.is((await sh(`curl -s ${at}/status`)).stdout, "running");
  assert.is((await sh(`curl -s -d '{"Source":"other"}' ${at}/write`)).stdout.trim(), '{"Hostname":"web"}');
  assert.equal(JSON.parse((await sh(`curl -s ${at}/read`)).stdout).Received, { other: 1 });
});

test("porter's pages are told to be pages", async () => {
  const env = [{ name: "SERVE_PORT_8080", value: '<a href="/x">x</a>' }];
  const porter = await harness.run(image, { args: ["porter"], env });
  await harness.portOf(porter.id);
  assert.match((await sh(`curl -s -i http://${porter.podIP}:8080/`)).stdout, /content-type: text\/html; charset=utf-8/i);
});

test.run();
