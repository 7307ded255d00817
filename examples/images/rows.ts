/** The sidecar: reads what the main container wrote, keeps it in SQLite, and answers queries over HTTP. */
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import sqlite from "node-sqlite3-wasm";

export default async function rows(): Promise<number> {
  const database = new sqlite.Database("/shared/rows.db");
  database.run("CREATE TABLE IF NOT EXISTS measurement (number INTEGER PRIMARY KEY, square INTEGER NOT NULL)");
  const store = () => {
    if (!existsSync("/shared/measurements.csv")) return;
    for (const line of readFileSync("/shared/measurements.csv", "utf8").split("\n")) {
      const [number, square] = line.split(",").map(Number);
      if (number && square !== undefined) database.run("INSERT OR IGNORE INTO measurement VALUES (?, ?)", [number, square]);
    }
  };
  const timer = setInterval(store, 100);
  const server = createServer((_request, response) => {
    const found = database.get("SELECT count(*) AS stored, max(square) AS largest FROM measurement");
    response.end(`${JSON.stringify(found)}\n`);
  });
  server.listen(8080);
  await new Promise((resolve) => process.once("SIGTERM", resolve));
  clearInterval(timer);
  server.close();
  database.close();
  return 0;
}
