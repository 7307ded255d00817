/** The main container of the sidecar example: every 100 ms it writes a measurement into the volume that both share. */
import { appendFileSync } from "node:fs";

export default async function writer(): Promise<number> {
  let stopped = false;
  process.on("SIGTERM", () => {
    stopped = true;
  });
  for (let number = 1; !stopped; number++) {
    appendFileSync("/shared/measurements.csv", `${number},${number * number}\n`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return 0;
}
