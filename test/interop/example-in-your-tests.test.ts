/** The example of a user's own test is one: Node's test runner runs it. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const example = suite("the example of a test");

const program = fileURLToPath(new URL("../../examples/06-in-your-tests.js", import.meta.url));
const deadlineMs = 120_000;

example("passes under node --test", async () => {
  const child = spawn(process.execPath, ["--test", program], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => (output += part.toString("utf8")));
  const timer = setTimeout(() => child.kill("SIGKILL"), deadlineMs);
  const code = await new Promise((resolve) => child.once("close", resolve));
  clearTimeout(timer);
  assert.is(code, 0, output);
  assert.match(output, /# pass 2/);
});

example.run();
