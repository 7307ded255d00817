/** A sidecar's program: keeps each line of /shared/lines as a row of an SQLite database, and serves the rows. */
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import sqlite from "node-sqlite3-wasm";

export default function rowKeeper(): void {
  const database = new sqlite.Database("/data/rows.db");
  database.run("CREATE TABLE IF NOT EXISTS lines (text TEXT)");
  createServer((_request, response) => {
    const lines = existsSync("/shared/lines") ? readFileSync("/shared/lines", "utf8").trim().split("\n") : [];
    database.run("DELETE FROM lines");
    for (const line of lines) database.run("INSERT INTO lines VALUES (?)", [line]);
    const [row] = database.all("SELECT count(*) AS count, max(text) AS last FROM lines");
    response.end(JSON.stringify(row));
  }).listen(8081);
}
