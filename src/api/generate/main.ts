/**
 * Writes src/api/generated from the OpenAPI v2 document and the protobuf message numbers of a Kubernetes release:
 * `node dist/src/api/generate/main.js <swagger.json> <protobuf.json>`, from the root of the project.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { readResources, resourcesJson } from "./kinds.js";
import { typeNames } from "./names.js";
import { protobufJson } from "./protobuf.js";
import { schemaJson } from "./schema.js";
import type { ProtobufNamespace, Swagger } from "./swagger.js";
import { emitTypes } from "./types.js";

const [swaggerPath, protobufPath] = process.argv.slice(2);
if (swaggerPath === undefined || protobufPath === undefined) {
  process.stderr.write("usage: node dist/src/api/generate/main.js <swagger.json> <protobuf.json>\n");
  process.exit(2);
}
const swagger = JSON.parse(readFileSync(swaggerPath, "utf8")) as Swagger;
const protobuf = JSON.parse(readFileSync(protobufPath, "utf8")) as ProtobufNamespace;
const names = typeNames(swagger);
const directory = "src/api/generated";
mkdirSync(directory, { recursive: true });
const header = "// Written by src/api/generate from the Kubernetes 1.33 API definitions. Do not edit.\n";

/** A module that holds JSON text: a string costs far less to load than an object literal, and is parsed only when needed. */
const jsonModule = (name: string, json: string): string =>
  `${header}export const ${name} =\n  '${json.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}';\n`;

const files: Readonly<Record<string, string>> = {
  "types.ts": header + emitTypes(swagger, names),
  "kinds.ts": jsonModule("resourcesJson", resourcesJson(readResources(swagger, names))),
  "protobuf.ts": jsonModule("messagesJson", protobufJson(protobuf, swagger, names)),
  "schema.ts": jsonModule("schemaJson", schemaJson(swagger, names)),
};
for (const [name, text] of Object.entries(files)) {
  writeFileSync(`${directory}/${name}`, text);
  process.stdout.write(`${directory}/${name} ${text.length}\n`);
}
