import { test } from "uvu";
import * as assert from "uvu/assert";
import * as names from "../../src/api/names.js";

const label =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const name =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

const cases: Array<[rule: names.NameRule, value: string, messages: string[]]> = [
  [names.dns1123Label, "web-1", []],
  [names.dns1123Label, "Web", [label]],
  [names.dns1123Label, "a.b", ["must not contain dots"]],
  [names.dns1123Label, "a".repeat(64), ["must be no more than 63 characters"]],
  [names.dns1123Label, "a\n", [label]],
  [names.dns1123Subdomain, "a.b-c.d", []],
  [names.dns1123Subdomain, "a..b", [subdomain]],
  [
    names.dns1035Label,
    "1a",
    [
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
    ],
  ],
  [names.qualifiedName, "app.kubernetes.io/name", []],
  [names.qualifiedName, "/x", ["prefix part must be non-empty"]],
  [names.qualifiedName, "example.com/", ["name part must be non-empty", name]],
  [names.qualifiedName, "a b", [name]],
  [names.labelValue, "", []],
  [names.labelValue, "v1.2_3", []],
  [
    names.labelValue,
    "-x",
    [
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    ],
  ],
  [names.pathSegment, "system:a", []],
  [names.pathSegment, "..", ["may not be '..'"]],
  [names.pathSegment, "a/b%", ["may not contain '/'", "may not contain '%'"]],
  [names.envVarName, "1 odd:name", []],
  [names.envVarName, "A=B", ["a valid environment variable name must consist only of printable ASCII characters other than '='"]],
  [names.envVarName, "", ["environment variable name must be non-empty"]],
  [names.configMapKey, "..data", ["must not start with '..'"]],
  [names.configMapKey, "nginx.conf", []],
  [names.portName, "http", []],
  [names.portName, "-80", ["must contain at least one letter (a-z)", "must not begin or end with a hyphen"]],
  [names.percent, "25%", []],
];

for (const [rule, value, messages] of cases) {
  test(`${JSON.stringify(value.slice(0, 30))} has ${messages.length} faults as a name`, () =>
    assert.equal(rule(value), messages));
}

test("a generated name is cut so that it stays a label", () => {
  assert.is(names.generatedName("web-", "x2k9z"), "web-x2k9z");
  assert.is(names.generatedName("a".repeat(80), "x2k9z").length, 63);
});

test.run();
