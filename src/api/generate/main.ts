/**
 * Writes src/api/generated from the OpenAPI v2 document and the protobuf message numbers of a Kubernetes release, and from the compiled
 * time zones of a machine (`/usr/share/zoneinfo`):
 * `node dist/src/api/generate/main.js <swagger.json> <protobuf.json> <zoneinfo>`, from the root of the project.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { readResources, resourcesJson } from "./kinds.js";
import { typeNames } from "./names.js";
import { protobufJson } from "./protobuf.js";
import { schemaJson } from "./schema.js";
import type { ProtobufNamespace, Swagger } from "./swagger.js";
import { timeZonesText } from "./time-zones.js";
import { emitTypes } from "./types.js";

const [swaggerPath, protobufPath, zonesPath] = process.argv.slice(2);
if (swaggerPath === undefined || protobufPath === undefined || zonesPath === undefined) {
  process.stderr.write("usage: node dist/src/api/generate/main.js <swagger.json> <protobuf.json> <zoneinfo>\n");
  process.exit(2);
}
const swagger = JSON.parse(readFileSync(swaggerPath, "utf8")) as Swagger;
const protobuf = JSON.parse(readFileSync(protobufPath, "utf8")) as ProtobufNamespace;
const names = typeNames(swagger);
const directory = "src/api/generated";
mkdirSync(directory, { recursive: true });
const zonesHeader =
  "// Written by src/api/generate from the IANA time zone database, which is in the public domain. Do not edit.\n";
const header = "// Written by src/api/generate from the Kubernetes 1.33 API definitions. Do not edit.\n";

/** A module that holds text, such as JSON: a string costs far less to load than an object literal, and is parsed only when needed. */
const textModule = (name: string, text: string, head = header): string =>
  `${head}export const ${name} =\n  '${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll("\n", "\\n")}';\n`;

const files: Readonly<Record<string, string>> = {
  "types.ts": header + emitTypes(swagger, names),
  "kinds.ts": textModule("resourcesJson", resourcesJson(readResources(swagger, names))),
  "protobuf.ts": textModule("messagesJson", protobufJson(protobuf, swagger, names)),
  "schema.ts": textModule("schemaJson", schemaJson(swagger, names)),
  "time-zones.ts": textModule("timeZonesText", timeZonesText(zonesPath), zonesHeader),
};
for (const [name, text] of Object.entries(files)) {
  writeFileSync(`${directory}/${name}`, text);
  process.stdout.write(`${directory}/${name} ${text.length}\n`);
}
