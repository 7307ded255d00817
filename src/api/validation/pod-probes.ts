import type { Integer } from "../../json/integer.js";
import { child, type FieldError, forbiddenField, invalidValue, required } from "../field-errors.js";
import type { Container, HTTPGetAction, LifecycleHandler, Probe } from "../generated/types.js";
import { httpHeaderName, portNumber } from "../names.js";
import { nonNegative, oneOf, portNumberOrName, positive } from "./common.js";

/** Probes and lifecycle handlers. Source: "Configure Liveness, Readiness and Startup Probes". */

const httpGetErrors = (action: HTTPGetAction, path: string): FieldError[] => [
  ...(action.path ? [] : [required(child(path, "path"))]),
  ...portNumberOrName(action.port, child(path, "port")),
  ...oneOf(action.scheme, ["HTTP", "HTTPS"], child(path, "scheme")),
  ...(action.httpHeaders ?? []).flatMap((header) =>
    httpHeaderName(header.name).map((message) => invalidValue(child(path, "httpHeaders"), header.name, message)),
  ),
];

const handlerFields = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"] as const;
type Handler = Pick<Probe, "exec" | "httpGet" | "tcpSocket" | "grpc"> & Pick<LifecycleHandler, "sleep">;

const handlerErrors = (handler: Handler, path: string, grace?: Integer): FieldError[] => {
  const [first, ...more] = handlerFields.filter((field) => handler[field] !== undefined);
  if (first === undefined) return [required(path, "must specify a handler type")];
  const errors: FieldError[] = [];
  const { exec, httpGet, tcpSocket, grpc, sleep }: Handler = { [first]: handler[first] };
  if (exec !== undefined && (exec.command?.length ?? 0) === 0) errors.push(required(child(path, "exec.command")));
  if (httpGet !== undefined) errors.push(...httpGetErrors(httpGet, child(path, "httpGet")));
  if (tcpSocket !== undefined) errors.push(...portNumberOrName(tcpSocket.port, child(path, "tcpSocket.port")));
  if (grpc !== undefined)
    errors.push(...portNumber(grpc.port).map((message) => invalidValue(child(path, "grpc.port"), grpc.port, message)));
  if (sleep !== undefined && grace !== undefined && (sleep.seconds < 0 || sleep.seconds > grace)) {
    const detail = `must be non-negative and less than terminationGracePeriodSeconds (${grace})`;
    errors.push(invalidValue(child(path, "sleep"), sleep.seconds, detail));
  }
  for (const field of more) errors.push(forbiddenField(child(path, field), "may not specify more than 1 handler type"));
  return errors;
};

const probeErrors = (probe: Probe | undefined, path: string): FieldError[] => {
  if (probe === undefined) return [];
  return [
    ...handlerErrors(probe, path),
    ...nonNegative(probe.initialDelaySeconds, child(path, "initialDelaySeconds")),
    ...nonNegative(probe.timeoutSeconds, child(path, "timeoutSeconds")),
    ...nonNegative(probe.periodSeconds, child(path, "periodSeconds")),
    ...nonNegative(probe.successThreshold, child(path, "successThreshold")),
    ...nonNegative(probe.failureThreshold, child(path, "failureThreshold")),
    ...positive(probe.terminationGracePeriodSeconds, child(path, "terminationGracePeriodSeconds")),
  ];
};

const oneSuccess = (probe: Probe | undefined, path: string): FieldError[] =>
  probe !== undefined && probe.successThreshold !== 1
    ? [invalidValue(child(path, "successThreshold"), probe.successThreshold ?? 0, "must be 1")]
    : [];

/** The probes and handlers of a container that runs along with others: a main container or a sidecar. */
export const healthErrors = (container: Container, path: string, grace: Integer | undefined): FieldError[] => {
  const { lifecycle, livenessProbe, readinessProbe, startupProbe } = container;
  const errors: FieldError[] = [];
  for (const moment of ["postStart", "preStop"] as const) {
    const handler = lifecycle?.[moment];
    if (handler !== undefined) errors.push(...handlerErrors(handler, child(child(path, "lifecycle"), moment), grace));
  }
  const liveness = child(path, "livenessProbe");
  const readiness = child(path, "readinessProbe");
  const startup = child(path, "startupProbe");
  errors.push(...probeErrors(livenessProbe, liveness), ...oneSuccess(livenessProbe, liveness));
  errors.push(...probeErrors(readinessProbe, readiness));
  if (readinessProbe?.terminationGracePeriodSeconds !== undefined) {
    const value = readinessProbe.terminationGracePeriodSeconds;
    errors.push(invalidValue(child(readiness, "terminationGracePeriodSeconds"), value, "must not be set for readinessProbes"));
  }
  errors.push(...probeErrors(startupProbe, startup), ...oneSuccess(startupProbe, startup));
  return errors;
};

/** An init container that ends has no use for health checks. */
export const noHealthErrors = (container: Container, path: string): FieldError[] =>
  (["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] as const)
    .filter((field) => container[field] !== undefined)
    .map((field) => forbiddenField(child(path, field), "may not be set for init containers without restartPolicy=Always"));
