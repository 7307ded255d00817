/** Connections to pods and nodes are admitted by their options (CONNECT) before they are made. */
import type { UntypedObject } from "../../../src/api/types.js";
import { encodeJson } from "../../../src/wire/json.js";
import type { ApiError, ApiOutcome, ConnectHandle, ConnectRequest, ConnectSink, Noted, ProxyRequest } from "../request.js";
import { expectedAt } from "../served.js";
import { answerWith } from "../writes/plan.js";
import type { WriteBacking } from "../writes/start.js";
import { whenAdmitted } from "./admitted.js";

/** The options of the API's own kinds (PodExecOptions …) among those of a request. */
const optionFields = ["stdin", "stdout", "stderr", "tty", "container", "command", "ports"] as const;

/** There is nothing to tell of a connection but what admission remarks. */
const connected: ApiOutcome = answerWith(encodeJson({}));

/** `connect` makes the connection, with the options that admission leaves. A log is read, not connected to. */
export function connectAdmitted(
  backing: WriteBacking,
  id: string,
  request: ConnectRequest,
  sink: ConnectSink,
  connect: (request: ConnectRequest) => ConnectHandle,
): ConnectHandle {
  const { path, user, options } = request;
  const served = backing.catalog.at(path);
  if (!served.ok || path.subresource === "log" || request.admitted === true) return connect(request);
  const { kind, group, version } = expectedAt(served.value, path);
  const sent = Object.fromEntries(
    optionFields.flatMap((field) => (options[field] === undefined ? [] : [[field, options[field]]])),
  );
  const act = { kind, apiVersion: group === "" ? version : `${group}/${version}`, metadata: {}, ...sent } as UntypedObject;
  const waiting = new AwaitedConnection();
  const remark = (noted: (outcome: ApiOutcome) => ApiOutcome): void => sink.remarked?.(noted(connected));
  const asking = { path, user, options: {} };
  whenAdmitted(
    backing,
    `${id} admission`,
    { served: served.value, asking, operation: "CONNECT", act },
    {
      admitted: (admitted, noted) => {
        const left = Object.fromEntries(optionFields.flatMap((field) => (field in admitted ? [[field, admitted[field]]] : [])));
        waiting.open(() => {
          remark(noted);
          return connect({ ...request, options: { ...options, ...left } });
        });
      },
      refused: (error, noted) =>
        waiting.refuse(() => {
          remark(noted);
          sink.refused(error);
        }),
    },
  );
  return waiting;
}

/** Has a proxied request admitted by the path that it asks for (PodProxyOptions …). */
export function admitProxied(
  backing: WriteBacking,
  id: string,
  { path, user, proxied }: ProxyRequest,
  onAdmitted: (refusal: ApiError | undefined, noted: Noted) => void,
): void {
  const served = backing.catalog.at(path);
  if (!served.ok) {
    onAdmitted(served.error, {});
    return;
  }
  const { kind, version } = expectedAt(served.value, path);
  const act = { kind, apiVersion: version, metadata: {}, ...(proxied === "" ? {} : { path: proxied }) } as UntypedObject;
  whenAdmitted(
    backing,
    id,
    { served: served.value, asking: { path, user, options: {} }, operation: "CONNECT", act },
    {
      admitted: (_act, noted) => onAdmitted(undefined, noted(connected)),
      refused: (error, noted) => onAdmitted(error, noted(connected)),
    },
  );
}

/** A connection that is made once it is admitted, unless its reader has gone by then. */
class AwaitedConnection implements ConnectHandle {
  private handle: ConnectHandle | undefined;
  private gone = false;

  open(connect: () => ConnectHandle): void {
    if (!this.gone) this.handle = connect();
  }

  refuse(refuse: () => void): void {
    if (!this.gone) refuse();
  }

  closed(): void {
    this.gone = true;
    this.handle?.closed();
  }

  input(input: Parameters<ConnectHandle["input"]>[0]): boolean {
    return this.handle?.input(input) ?? true;
  }

  halfClose(): void {
    this.handle?.halfClose();
  }

  consumed(count: number): void {
    this.handle?.consumed(count);
  }
}
