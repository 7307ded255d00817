/** The crash sweep: every actor killed before and after every delivery of the pod's way. */
import type { Address } from "../wire/address.js";
import { type Delivery, type Fault, faultText } from "./fault.js";
import { playPod } from "./pod-story.js";

/** The actors of a cluster with one node. */
export const victims: readonly Address[] = [
  "etcd/0",
  "apiserver/0",
  "scheduler/0",
  "controller-manager/0",
  "kubelet/node-1",
  "kube-proxy/node-1",
  "runc/node-1",
];

/** The deliveries of the pod's way when nothing goes wrong. Throws when something does. */
export function wayWithoutFaults(seed: string): readonly Delivery[] {
  const { problems, deliveries } = playPod(seed);
  if (problems.length > 0) throw new Error(`without any fault, seed ${seed}: ${problems.join("; ")}`);
  return deliveries;
}

/** Kills each actor at one delivery, in a run of its own; returns what did not heal, in words. */
export function sweepDelivery(seed: string, delivery: number, when: Fault["when"]): string[] {
  return victims.flatMap((victim) => {
    const fault = { delivery, when, victim };
    return playPod(seed, fault).problems.map((problem) => `seed ${seed}, ${faultText(fault)}: ${problem}`);
  });
}
