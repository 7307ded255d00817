/** The actions that the root chart of a kubelet names. */
import { answerAsk } from "../access/own-api.js";
import type { KubeletContext } from "../machine.js";
import type { KubeletEvent } from "./events.js";

interface Args {
  readonly context: KubeletContext;
  readonly event: KubeletEvent;
  readonly self: { send(event: KubeletEvent): void };
}

const tell =
  (self: Args["self"]) =>
  (event: KubeletEvent): void =>
    self.send(event);

export const followApi = ({ context, self }: Args) => context.work.follow(tell(self));
export const register = ({ context, self }: Args) => context.work.register(tell(self));
export const registerAgain = ({ context, self }: Args) => context.work.registerAgain(tell(self));
export const postStatus = ({ context, self }: Args) => context.work.postStatus(tell(self));
export const createLease = ({ context, self }: Args) => context.work.createLease(tell(self));
export const renewLease = ({ context, self }: Args) => context.work.renewLease(tell(self));
export const listRuntime = ({ context, self }: Args) => context.work.listRuntime(tell(self));
export const askProxy = ({ context, self }: Args) => context.work.askProxy(tell(self));
export const syncPods = ({ context }: Args) => context.work.pods.sync();
export const noteRuntimeDown = ({ context }: Args) => context.work.setRuntimeReady(false);
export const noteRuntimeReady = ({ context }: Args) => context.work.setRuntimeReady(true);
export const tellNodeChanged = ({ self }: Args) => self.send({ type: "node.changed" });

export const serveLogs = ({ context, event }: Args) => {
  if (event.type === "containerLogs") context.work.access.logs(event);
};
export const serveExec = ({ context, event }: Args) => {
  if (event.type === "exec") context.work.access.exec(event);
};
export const serveAttach = ({ context, event }: Args) => {
  if (event.type === "attach") context.work.access.attach(event);
};
export const servePortForward = ({ context, event }: Args) => {
  if (event.type === "portForward") context.work.access.portForward(event);
};
export const serveAsk = ({ context, event }: Args) => {
  if (event.type === "ask") answerAsk(context.work.kubelet, event);
};
export const serveHealth = ({ context, event }: Args) => {
  if (event.type === "healthz") event.respond.ok({ podsRunning: context.work.kubelet.podsRunning() });
};
