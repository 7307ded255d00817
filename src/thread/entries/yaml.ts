/** Reads YAML texts for an API server, in a thread of their own. */
import { parentPort } from "node:worker_threads";
import { parseYaml } from "../../api/yaml-text.js";
import { exactInteger } from "../../json/integer.js";

parentPort?.on("message", (text: string) => parentPort?.postMessage(parseYaml(text, exactInteger)));
