/** What travels between simulated actors is copied, as between threads. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { copyOf } from "../../src/sim/copy.js";

const copies = suite("copies of messages");

const messages: Record<string, unknown> = {
  text: "pods",
  revision: 2n ** 60n,
  nothing: null,
  list: [1, [2, "three"], { four: 4 }],
  bytes: { chunk: new Uint8Array([1, 2, 255]) },
  "an absent field": { error: undefined },
  nested: { object: { metadata: { name: "web" } } },
};

for (const [what, message] of Object.entries(messages)) {
  copies(`are equal to the message: ${what}`, () => assert.equal(copyOf(message), message));
}

copies("share nothing with it", () => {
  const message = { items: [{ name: "web" }], bytes: new Uint8Array([1]) };
  const copy = copyOf(message);
  message.items[0]!.name = "changed";
  message.bytes[0] = 2;
  assert.equal(copy, { items: [{ name: "web" }], bytes: new Uint8Array([1]) });
});

copies("keep a user's key __proto__ as a key", () => {
  const message = JSON.parse('{"__proto__":{"polluted":true}}') as object;
  const copy = copyOf(message);
  assert.is(JSON.stringify(copy), '{"__proto__":{"polluted":true}}');
  assert.is(Object.getPrototypeOf(copy), Object.prototype);
});

copies("refuse what no thread would be given", () => {
  assert.throws(() => copyOf({ callback: () => undefined }), /could not be cloned/);
});

copies.run();
