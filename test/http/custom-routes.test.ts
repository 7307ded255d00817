import { suite } from "uvu";
import * as assert from "uvu/assert";
import { route } from "../../actors/apiserver/http/routing.js";
import { resourcesOf } from "../../src/api/custom/version.js";
import { builtinResources } from "../../src/api/kinds.js";
import { establishedWidgets } from "../custom/definitions.js";

const routes = suite("routes of custom resources");

const table = builtinResources().with(resourcesOf(establishedWidgets).served);
const inDefault = "/apis/example.com/v1/namespaces/default/widgets";
const everywhere = "/apis/example.com/v1/widgets";

const asked: Array<[method: string, path: string, expected: string]> = [
  ["GET", everywhere, "list"],
  ["POST", inDefault, "create"],
  ["DELETE", inDefault, "deletecollection"],
  ["PUT", inDefault, "405"],
  // All namespaces together can only be read: there is no such path for anything else.
  ["POST", everywhere, "nothing"],
  ["DELETE", everywhere, "nothing"],
  ["GET", `${everywhere}/one`, "nothing"],
];
for (const [method, path, expected] of asked) {
  routes(`${method} ${path} is ${expected}`, () => {
    const found = route(method, path, false, table);
    const text = found.type === "resource" ? found.verb : found.type === "refused" ? String(found.error.code) : found.type;
    assert.is(text, expected);
  });
}

routes.run();
