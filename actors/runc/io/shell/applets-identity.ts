/** Applets about who runs them, and what that allows: id, whoami, ip. */
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { nameOf } from "../container/user.js";
import { hostPath } from "./files.js";
import { parseOptions } from "./options.js";
import type { Applet, AppletContext } from "./state.js";

const named = (id: number): string => {
  const name = nameOf(id);
  return name === undefined ? String(id) : `${id}(${name})`;
};

async function id(context: AppletContext): Promise<number> {
  const { uid, gid, groups } = context.host.user;
  const { flags, unknown } = parseOptions(context.args, "ugGnr");
  if (unknown !== undefined) {
    await context.complain(`unrecognized option: ${unknown.slice(1)}`);
    return 1;
  }
  const show = (number: number): string => (flags.has("n") ? (nameOf(number) ?? String(number)) : String(number));
  if (flags.has("u")) await context.print(`${show(uid)}\n`);
  else if (flags.has("g")) await context.print(`${show(gid)}\n`);
  else if (flags.has("G")) await context.print(`${groups.map(show).join(" ")}\n`);
  else await context.print(`uid=${named(uid)} gid=${named(gid)} groups=${groups.map(named).join(",")}\n`);
  return 0;
}

async function whoami(context: AppletContext): Promise<number> {
  const { uid } = context.host.user;
  const name = nameOf(uid);
  if (name === undefined) {
    await context.complain(`unknown uid ${uid}`);
    return 1;
  }
  await context.print(`${name}\n`);
  return 0;
}

/** Interfaces that were added are directories there; none of them carries anything, as a dummy does not. */
const interfaces = "/sys/class/net";

const flagsOf = new Map([["lo", "LOOPBACK,UP,LOWER_UP"]]);

function interfaceNames(context: AppletContext): string[] {
  const path = hostPath(context, interfaces);
  return ["lo", "eth0", ...(existsSync(path) ? readdirSync(path).sort() : [])];
}

/** Shows the pod's interfaces; who is privileged may add others. */
async function ip(context: AppletContext): Promise<number> {
  const [object = "", command = "show", ...rest] = context.args.filter((word) => !word.startsWith("-"));
  const { podIP, user } = context.host;
  const isShown = "show".startsWith(command) || "list".startsWith(command);
  const is = (name: string): boolean => object !== "" && name.startsWith(object);
  if (object === "") {
    await context.complain("expected one of address, link, route");
    return 1;
  }
  if (is("route") && isShown) {
    await context.print("default dev eth0\n");
    return 0;
  }
  if ((is("address") || is("link")) && isShown) {
    const addresses = new Map([
      ["lo", "127.0.0.1/8 scope host lo"],
      ["eth0", `${podIP}/24 scope global eth0`],
    ]);
    for (const [index, name] of interfaceNames(context).entries()) {
      await context.print(`${index + 1}: ${name}: <${flagsOf.get(name) ?? "BROADCAST,MULTICAST,UP,LOWER_UP"}> mtu 1500\n`);
      if (is("address") && addresses.has(name)) await context.print(`    inet ${addresses.get(name)}\n`);
    }
    return 0;
  }
  const refuse = async (why: string): Promise<number> => {
    await context.complain(`RTNETLINK answers: ${why}`);
    return 2;
  };
  if (!user.privileged) return refuse("Operation not permitted");
  const name = rest.find((word) => word !== "dev" && word !== "name") ?? "";
  if (!is("link") || !/^[\w.-]{1,15}$/.test(name)) return refuse("Operation not supported");
  const path = hostPath(context, `${interfaces}/${name}`, true);
  if (command === "add") {
    if (interfaceNames(context).includes(name)) return refuse("File exists");
    mkdirSync(path, { recursive: true });
    return 0;
  }
  if (!"delete".startsWith(command)) return refuse("Operation not supported");
  if (!existsSync(path)) {
    await context.complain(`Cannot find device "${name}"`);
    return 1;
  }
  rmSync(path, { recursive: true });
  return 0;
}

export const identityApplets: ReadonlyArray<readonly [string, Applet]> = [
  ["id", id],
  ["whoami", whoami],
  ["ip", ip],
];
