/** How an API server ends: watches in order, requests under way answered, connections told to go elsewhere. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ApiFront } from "../support/api-front.js";

const test = suite("drain");

test("watches end without an error, HTTP/2 connections get GOAWAY, and then nobody listens", async () => {
  const front = await ApiFront.start();
  const session = await front.session();
  const maps = "/api/v1/namespaces/default/configmaps";
  const watch = session.request({ ":path": `${maps}?watch=true`, authorization: front.authorization });
  await new Promise((resolve) => watch.once("response", resolve));
  const plain = await new Promise<{ ended: Promise<boolean> }>((resolve, reject) => {
    front
      .watch(maps, (response) =>
        resolve({
          ended: new Promise((end) => {
            response.resume().once("end", () => end(true));
            response.once("error", () => end(false));
          }),
        }),
      )
      .once("error", reject);
  });
  const ended = new Promise<number>((resolve) => watch.resume().once("close", () => resolve(watch.rstCode)));
  const wentAway = new Promise<number>((resolve) => session.once("goaway", resolve));
  const stopping = front.stop();
  assert.is(await ended, 0, "the watch over HTTP/2 ended as one that is over");
  assert.is(await plain.ended, true, "the watch over HTTP/1.1 ended as one that is over");
  assert.is(await wentAway, 0);
  await stopping;
  let answered = true;
  await front.ask("GET", "/readyz").catch(() => {
    answered = false;
  });
  assert.not(answered);
});

test.run();
