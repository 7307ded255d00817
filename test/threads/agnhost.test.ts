import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ContainerSpec } from "../../actors/runc/io/driver.js";
import { goFileMode } from "../../actors/runc/io/images/agnhost-mounttest.js";
import { RuntimeHarness } from "./runtime-harness.js";

const test = suite("agnhost, what each subcommand does");
const image = "registry.k8s.io/e2e-test-images/agnhost:2.53";
let harness: RuntimeHarness;
test.before(async () => {
  harness = await RuntimeHarness.started();
});
test.after(() => harness.stop());

async function outcome(args: readonly string[], change: Partial<ContainerSpec> = {}): Promise<[number, string]> {
  const { id } = await harness.run(image, { args, ...change });
  const { exitCode } = await harness.exitOf(id);
  return [exitCode, await harness.log(id)];
}

test("a mode is shown as Go shows it", () => {
  assert.equal([0o100644, 0o40755, 0o41777, 0o42770, 0o120777, 0o104755].map(goFileMode), [
    "-rw-r--r--",
    "drwxr-xr-x",
    "dtrwxrwxrwx",
    "dgrwxrwx---",
    "Lrwxrwxrwx",
    "urwxr-xr-x",
  ]);
});

test("mounttest tells of files in the order of its tasks, whatever the order of its flags", async () => {
  const hostPath = join(harness.directory, "volume");
  mkdirSync(hostPath);
  writeFileSync(join(hostPath, "there"), "value-1");
  chmodSync(join(hostPath, "there"), 0o400);
  const mounts = [{ hostPath, containerPath: "/volume", readonly: false }];
  const [exitCode, log] = await outcome(
    [
      "mounttest",
      "--file_content=/volume/there",
      "--file_mode=/volume/there",
      "--new_file_0666=/volume/new",
      "--file_perm",
      "/volume/new",
    ],
    { mounts },
  );
  assert.is(exitCode, 0);
  assert.is(
    log,
    'content of file "/volume/new": mount-tester new file\n\nmode of file "/volume/there": -r--------\n' +
      'perms of file "/volume/new": -rw-rw-rw-\ncontent of file "/volume/there": value-1\n',
  );
});

test("mounttest says what fails, does the rest, and exits with 1", async () => {
  const hostPath = join(harness.directory, "constant");
  mkdirSync(hostPath);
  const mounts = [{ hostPath, containerPath: "/volume", readonly: true }];
  const args = ["mounttest", "--new_file_0644=/volume/new", "--file_content=/absent", "--file_mode=/volume"];
  const [exitCode, log] = await outcome(args, { mounts });
  assert.is(exitCode, 1);
  assert.is(
    log,
    'error writing new file "/volume/new": read-only file system\nmode of file "/volume": drwxr-xr-x\n' +
      'error reading file content for "/absent": no such file or directory\n',
  );
});

test("entrypoint-tester prints its whole command line, by the other name of the program too", async () => {
  assert.equal(await outcome(["entrypoint-tester", "a", "b c"]), [0, "[/agnhost entrypoint-tester a b c]\n"]);
  assert.equal(await outcome(["entrypoint-tester"], { command: ["/agnhost-2"] }), [0, "[/agnhost-2 entrypoint-tester]\n"]);
});

test("without arguments it pauses, and says so", async () => {
  const { id } = await harness.run(image);
  await harness.log(id, {}, (text) => text === "Paused\n");
  await harness.kill(id, "SIGTERM");
  assert.is((await harness.exitOf(id)).exitCode, 2);
});

const get = (address: string, port: number, path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    http
      .get({ host: address, port, path, agent: false }, (response) => {
        let text = `${response.statusCode} `;
        response.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        response.on("end", () => resolve(text));
      })
      .on("error", reject);
  });

test("test-webserver serves the container's files, and lists directories", async () => {
  const { id } = await harness.run(image, { args: ["test-webserver", "--port=8080"] });
  const { address, mappedPort } = await harness.portOf(id);
  assert.is(await get(address, mappedPort, "/etc/hostname"), "200 web\n");
  assert.match(await get(address, mappedPort, "/etc/"), '<a href="hostname">hostname</a>');
  assert.match(await get(address, mappedPort, "/absent"), /^404 /);
  await harness.kill(id, "SIGKILL");
});

test.run();
