/** One request that turns its connection into something else, once it is admitted: when it is its turn, or at once where it has none. */
import { noSuchResource } from "../../../../src/api/status.js";
import { isConversation } from "../../http/long-running.js";
import { connectOptions, logOptions } from "../../http/query.js";
import type { Route } from "../../http/routing.js";
import type { ApiUser } from "../../request.js";
import type { Admitted } from "./admit.js";
import { type Asked, proxyOf } from "./asked.js";
import { upgradeExtension } from "./extension.js";
import { readWatch } from "./resource-response.js";
import { serveCommand } from "./streaming/command.js";
import { serveForward } from "./streaming/forward.js";
import { serveLogOverSocket } from "./streaming/log-socket.js";
import { upgradeProxy } from "./streaming/proxy.js";
import { isWebSocket, refuseTooMany, refuseUpgrade, type Upgrade } from "./streaming/upgrade.js";
import { serveWatchOverSocket } from "./streaming/watch-socket.js";

export function serveUpgrade(asked: Asked, { user, attributes }: Admitted, upgrade: Upgrade): void {
  if (isConversation(attributes)) {
    serve(asked, user, upgrade);
    return;
  }
  const turn = asked.handler.flowControl.enter(user, attributes, 1, {
    execute: (begun) => {
      serve(asked, user, upgrade, () => begun.done());
      // What an extension does about a watch is not this server's work.
      if (asked.route.type === "extension" && attributes.verb === "watch") begun.done();
    },
    reject: () => refuseTooMany(upgrade),
  });
  upgrade.socket.once("close", () => turn.done());
}

/** `onSetUp`: a watch only waits for events from now on. */
function serve(asked: Asked, user: ApiUser, upgrade: Upgrade, onSetUp: () => void = () => undefined): void {
  const { route: to } = asked;
  if (to.type === "proxy") upgradeProxy(proxyOf(asked, to, user), upgrade);
  else if (to.type === "extension") upgradeExtension(asked, to.service, user, upgrade);
  else if (to.type === "connect") serveConnect(asked, to, user, upgrade);
  else if (to.type === "resource" && to.verb === "watch" && isWebSocket(upgrade)) {
    const watch = readWatch(asked, to, user);
    if (!watch.ok) refuseUpgrade(upgrade, watch.error);
    else serveWatchOverSocket(asked.handler, watch.value.watch, upgrade, watch.value.context, onSetUp);
  } else refuseUpgrade(upgrade, noSuchResource());
}

function serveConnect(asked: Asked, to: Extract<Route, { type: "connect" }>, user: ApiUser, upgrade: Upgrade): void {
  const { handler, query } = asked;
  const isLog = to.path.subresource === "log";
  const options = isLog ? logOptions(query, to.path.name) : connectOptions(query);
  if (!options.ok) {
    refuseUpgrade(upgrade, options.error);
    return;
  }
  const connect = { path: to.path, user, options: options.value };
  if (!isLog) (to.path.subresource === "portforward" ? serveForward : serveCommand)(handler, connect, upgrade);
  else if (isWebSocket(upgrade)) serveLogOverSocket(handler, connect, upgrade);
  else refuseUpgrade(upgrade, noSuchResource());
}
