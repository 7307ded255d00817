/** The programs of the shell's box, by name. Anything else is not found, 127. */
import { archiveApplets } from "./applets-archive.js";
import { byteApplets } from "./applets-bytes.js";
import { curlApplets } from "./applets-curl.js";
import { dnsApplets } from "./applets-dns.js";
import { dumpApplets } from "./applets-dump.js";
import { fileApplets } from "./applets-files.js";
import { findApplets } from "./applets-find.js";
import { identityApplets } from "./applets-identity.js";
import { modeApplets } from "./applets-modes.js";
import { netstatApplets } from "./applets-netstat.js";
import { socketApplets } from "./applets-sockets.js";
import { streamApplets } from "./applets-streams.js";
import { systemApplets } from "./applets-system.js";
import { textApplets } from "./applets-text.js";
import { toolApplets } from "./applets-tools.js";
import { wgetApplets } from "./applets-wget.js";
import { awk } from "./awk/applet.js";
import { sed } from "./sed/applet.js";
import type { Applet } from "./state.js";

export const applets: ReadonlyMap<string, Applet> = new Map<string, Applet>([
  ...systemApplets,
  ...textApplets,
  ...streamApplets,
  ...fileApplets,
  ...archiveApplets,
  ...wgetApplets,
  ...curlApplets,
  ...dnsApplets,
  ...dumpApplets,
  ...socketApplets,
  ...netstatApplets,
  ...identityApplets,
  ...modeApplets,
  ...findApplets,
  ...byteApplets,
  ...toolApplets,
  ["awk", awk],
  ["sed", sed],
]);

/** Names that a container of an image with a shell can be started by. */
export const appletNames: ReadonlySet<string> = new Set(applets.keys());
