/** Asks a server in a pod by the gRPC health protocol: https://github.com/grpc/grpc/blob/master/doc/health-checking.md */
import { connect } from "node:http2";
import protobuf from "protobufjs/minimal.js";
import type { ProbeResult, ProbeTarget } from "../driver.js";
import { grpcUnreachable } from "../driver-errors.js";
import { type Reach, reachableAt } from "../ports.js";

const statuses = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];
const statusOk = "0";
const statusNotFound = "5";
const statusUnimplemented = "12";
/** A message has a byte that says whether it is compressed, and four of its length, before it. */
const messageHeadBytes = 5;

export function grpcProbe(
  target: Extract<ProbeTarget, { kind: "grpc" }>,
  reach: Reach,
  onDone: (result: ProbeResult) => void,
): void {
  const { podIP, port, service, timeoutMs } = target;
  const at = reachableAt(reach, podIP, port);
  const session = connect(`http://${at.address}:${at.port}`);
  let over = false;
  const finish = (message: string): void => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    session.destroy();
    onDone({ success: message === "", message });
  };
  const timer = setTimeout(() => finish(grpcUnreachable(target)), timeoutMs);
  session.on("error", () => finish(grpcUnreachable(target)));
  const stream = session.request({
    ":method": "POST",
    ":path": "/grpc.health.v1.Health/Check",
    "content-type": "application/grpc",
    "user-agent": "kube-probe/1.33",
    te: "trailers",
  });
  const parts: Buffer[] = [];
  let status: string | undefined;
  let why = "";
  const take = (headers: Readonly<Record<string, unknown>>): void => {
    status ??= headers["grpc-status"] === undefined ? undefined : String(headers["grpc-status"]);
    why ||= String(headers["grpc-message"] ?? "");
  };
  stream.on("response", take);
  stream.on("trailers", take);
  stream.on("data", (part: Buffer) => parts.push(part));
  stream.on("error", () => finish(grpcUnreachable(target)));
  stream.on("end", () => finish(verdict(status, why, Buffer.concat(parts), service)));
  stream.end(message(service));
}

function message(service: string): Buffer {
  const body = protobuf.Writer.create().uint32(10).string(service).finish();
  const head = Buffer.alloc(messageHeadBytes);
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
}

/** "" when it serves. */
function verdict(status: string | undefined, why: string, answer: Buffer, service: string): string {
  if (status === statusUnimplemented)
    return `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${why}`;
  if (status === statusNotFound) return `error: health rpc failed: rpc error: code = NotFound desc = unknown service ${service}`;
  if (status !== undefined && status !== statusOk)
    return `error: health rpc failed: rpc error: code = Code(${status}) desc = ${why}`;
  const said = statuses[statusIn(answer)] ?? "UNKNOWN";
  return said === "SERVING" ? "" : `service unhealthy (responded with "${said}")`;
}

/** HealthCheckResponse has one field: status = 1. */
function statusIn(answer: Buffer): number {
  if (answer.length <= messageHeadBytes) return 0;
  const reader = protobuf.Reader.create(answer.subarray(messageHeadBytes));
  return reader.uint32() === 8 ? reader.int32() : 0;
}
