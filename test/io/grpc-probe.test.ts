/** grpc probes against servers that answer as the health protocol has it, and against none. */
import { createServer, type Http2Server } from "node:http2";
import protobuf from "protobufjs/minimal.js";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ProbeResult } from "../../actors/runc/io/driver.js";
import { probe } from "../../actors/runc/io/worker/probe.js";

const grpc = suite("grpc probes");
const reach = { firstFreePort: 0, loopbackOnly: false };

/** Answers by the name of the service; "slow" never. */
const answers: ReadonlyMap<string, { readonly status?: number; readonly grpcStatus?: string }> = new Map([
  ["", { status: 1 }],
  ["db", { status: 2 }],
  ["other", { grpcStatus: "5" }],
  ["none", { grpcStatus: "12" }],
  ["broken", { grpcStatus: "13" }],
]);

let server: Http2Server;
let port = 0;
grpc.before(async () => {
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const reader = protobuf.Reader.create(Buffer.concat(parts).subarray(5));
      const service = reader.len > 0 && reader.uint32() === 10 ? reader.string() : "";
      const answer = answers.get(service);
      if (answer === undefined) return;
      const { status, grpcStatus = "0" } = answer;
      response.writeHead(200, { "content-type": "application/grpc" });
      if (status !== undefined) response.write(Buffer.from([0, 0, 0, 0, 2, 8, status]));
      response.addTrailers({ "grpc-status": grpcStatus, "grpc-message": "why" });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as { port: number }).port;
});
grpc.after(() => void server.close());

const ask = (service: string, at = port): Promise<ProbeResult> =>
  new Promise((resolve) => {
    const target = { kind: "grpc", podIP: "127.0.0.1", host: "", port: at, service, timeoutMs: 300 } as const;
    probe(target, reach, resolve);
  });

for (const [service, message] of [
  ["", ""],
  ["db", 'service unhealthy (responded with "NOT_SERVING")'],
  ["other", "error: health rpc failed: rpc error: code = NotFound desc = unknown service other"],
  ["none", "error: this server does not implement the grpc health protocol (grpc.health.v1.Health): why"],
  ["broken", "error: health rpc failed: rpc error: code = Code(13) desc = why"],
] as const) {
  grpc(`service "${service}"`, async () => {
    assert.equal(await ask(service), { success: message === "", message });
  });
}

grpc("nobody answers", async () => {
  const unreachable = (at: number) =>
    `timeout: failed to connect service "127.0.0.1:${at}" within 0.3s: context deadline exceeded`;
  assert.equal(await ask("slow"), { success: false, message: unreachable(port) });
  assert.equal(await ask("", 1), { success: false, message: unreachable(1) });
});

grpc.run();
