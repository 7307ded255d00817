/** Writes the generated parts into the documents of a folder: `node dist/src/inspect/write-documents.js .` */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withGeneratedParts } from "./generated-parts.js";

const [folder = "."] = process.argv.slice(2);
for (const [name, withParts] of Object.entries(withGeneratedParts)) {
  const file = join(folder, name);
  writeFileSync(file, withParts(readFileSync(file, "utf8")));
}
