/** The table of all messages, made from their declarations, for ARCHITECTURE.md. */
import { apiserverMessages } from "../../actors/apiserver/messages.js";
import { etcdMessages } from "../../actors/etcd/messages.js";
import { kubeProxyMessages } from "../../actors/kube-proxy/messages.js";
import { kubeletMessages } from "../../actors/kubelet/messages.js";
import { runcMessages } from "../../actors/runc/messages.js";
import type { MessageTable } from "../wire/declare.js";
import { routes } from "../wire/routes.js";

/** Every table of declarations; the scheduler and the controller manager accept nothing. */
export const messageTables: readonly MessageTable[] = [
  apiserverMessages,
  etcdMessages,
  kubeletMessages,
  kubeProxyMessages,
  runcMessages,
];

export function messageTable(): string {
  const rows = messageTables.flatMap((table) =>
    Object.values(table).map(
      ({ role, name, shape, about, errors }) => `| ${role} | \`${name}\` | ${shape} | ${about} | ${errors?.join(", ") ?? ""} |`,
    ),
  );
  return ["| accepted by | message | shape | what it says | errors |", "|---|---|---|---|---|", ...rows].join("\n");
}

export function routeTable(): string {
  const rows = routes.map(
    ({ from, to, says, where, why }) =>
      `| ${from} | ${to} | ${says === "*" ? "all" : says.join(", ")} | ${where ?? ""} | ${why} |`,
  );
  return ["| from | to | may say | where | why |", "|---|---|---|---|---|", ...rows].join("\n");
}
