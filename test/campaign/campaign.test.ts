/** The seeded part of the campaign that every test run has; `npm run campaign` is the rest. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ApiFront } from "../support/api-front.js";
import { runCampaign } from "./campaign.js";
import { requestNumber } from "./requests.js";

const test = suite("mutated requests");
let front: ApiFront;
test.before(async () => {
  front = await ApiFront.start();
});
test.after(() => front?.stop());

test("a seed makes the same requests again", () => {
  for (const number of [0, 7, 1_000_000]) assert.equal(requestNumber("s", number, "x"), requestNumber("s", number, "x"));
});

test("three thousand are all answered, none with 500, and no actor crashes", async () => {
  const { sent, findings } = await runCampaign(front, { seed: "test", from: 0, count: 3_000 });
  assert.equal(findings, []);
  assert.is(sent, 3_000);
});

test.run();
