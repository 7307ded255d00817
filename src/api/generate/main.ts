/**
 * Writes src/api/generated from the OpenAPI v2 document and the protobuf message numbers of a Kubernetes release:
 * `node dist/src/api/generate/main.js <swagger.json> <protobuf.json>`, from the root of the project.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { typeNames } from "./names.js";
import type { Swagger } from "./swagger.js";
import { emitTypes } from "./types.js";

const [swaggerPath, protobufPath] = process.argv.slice(2);
if (swaggerPath === undefined || protobufPath === undefined) {
  process.stderr.write("usage: node dist/src/api/generate/main.js <swagger.json> <protobuf.json>\n");
  process.exit(2);
}
const swagger = JSON.parse(readFileSync(swaggerPath, "utf8")) as Swagger;
const names = typeNames(swagger);
const directory = "src/api/generated";
mkdirSync(directory, { recursive: true });
const files: Readonly<Record<string, string>> = { "types.ts": emitTypes(swagger, names) };
for (const [name, text] of Object.entries(files)) {
  writeFileSync(`${directory}/${name}`, text);
  process.stdout.write(`${directory}/${name} ${text.length}\n`);
}
