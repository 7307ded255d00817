/** Writes the generated tables into ARCHITECTURE.md: `node dist/src/inspect/write-architecture.js ARCHITECTURE.md`. */
import { readFileSync, writeFileSync } from "node:fs";
import { withTables } from "./architecture-tables.js";

const [file = "ARCHITECTURE.md"] = process.argv.slice(2);
writeFileSync(file, withTables(readFileSync(file, "utf8")));
