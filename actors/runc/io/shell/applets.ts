/** The programs of the shell's box, by name. Anything else is not found, 127. */
import { archiveApplets } from "./applets-archive.js";
import { fileApplets } from "./applets-files.js";
import { networkApplets } from "./applets-network.js";
import { streamApplets } from "./applets-streams.js";
import { systemApplets } from "./applets-system.js";
import { textApplets } from "./applets-text.js";
import type { Applet } from "./state.js";

export const applets: ReadonlyMap<string, Applet> = new Map<string, Applet>([
  ...systemApplets,
  ...textApplets,
  ...streamApplets,
  ...fileApplets,
  ...archiveApplets,
  ...networkApplets,
]);

/** Names that a container of an image with a shell can be started by. */
export const appletNames: ReadonlySet<string> = new Set(applets.keys());
