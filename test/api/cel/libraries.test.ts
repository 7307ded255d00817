import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../../src/api/cel/compile.js";
import { toJson } from "../../../src/api/cel/json.js";
import { type AuthorizationSource, AuthorizerValue, authorizerType } from "../../../src/api/cel/library/authorization.js";
import { mutationTypes, objectTypeError } from "../../../src/api/cel/library/mutation-types.js";
import { checkRow, dynamicEnvironment, error, type Row } from "./support.js";

/** The libraries, in the order of https://kubernetes.io/docs/reference/using-api/cel/ */
const test = suite("CEL: Kubernetes' libraries");

const sections: ReadonlyArray<readonly [section: string, rows: readonly Row[]]> = [
  [
    "Lists",
    [
      ["[1, 2, 2].isSorted() && !['b', 'a'].isSorted() && [].isSorted()", true],
      ["[1, 2].sum() + [3].sum()", 6],
      ["[1.5, 2.0].sum()", 3.5],
      ["[duration('1m'), duration('1s')].sum() == duration('61s')", true],
      ["[9223372036854775807, 1].sum()", error("integer overflow")],
      ["[3, 1, 2].min() + [3, 1, 2].max()", 4],
      ["['b', 'a'].min()", "a"],
      ["a.min()", error("min called on empty list"), { a: [] }],
      ["[1, 2, 2, 3].indexOf(2) + [1, 2, 2, 3].lastIndexOf(2)", 3],
      ["[1.0].indexOf(1.1)", -1],
      ["a.sum()", 6, { a: [1, 2, 3] }],
    ],
  ],
  [
    "Regex",
    [
      ["'abc 123'.find('[0-9]+')", "123"],
      ["'abc'.find('[0-9]+')", ""],
      ["'123 abc 456'.findAll('[0-9]+')", ["123", "456"]],
      ["'123 abc 456'.findAll('[0-9]+', 1)", ["123"]],
      ["'a'.find(a)", error("Illegal regex: error parsing regexp: missing closing ]: `[`"), { a: "[" }],
    ],
  ],
  [
    "URL",
    [
      ["isURL('https://user:pass@example.com:80/path?query=val#fragment') && isURL('/absolute-path')", true],
      ["isURL('https://a:b:c/') || isURL('../relative-path') || isURL('')", false],
      [
        "url('https://a:b:c/').getHost()",
        error('URL parse error during conversion from string: parse "https://a:b:c/": invalid port ":c" after host'),
      ],
      ["url('../x')", error('URL parse error during conversion from string: parse "../x": invalid URI for request')],
      ["url('https://example.com:80/').getScheme() + url('/path').getScheme()", "https"],
      ["url('https://example.com:80/').getHost()", "example.com:80"],
      ["url('https://[::1]:80/').getHost() + url('https://[::1]:80/').getHostname()", "[::1]:80::1"],
      ["url('https://example.com:80/').getPort() + url('https://example.com/').getPort()", "80"],
      ["url('https://example.com/path with spaces/').getEscapedPath()", "/path%20with%20spaces/"],
      ["url('https://example.com').getEscapedPath()", ""],
      ["url('https://example.com/path?k1=a&k2=b&k2=c').getQuery()", { k1: ["a"], k2: ["b", "c"] }],
      ["url('https://example.com/?key with spaces=a+b%20c').getQuery()", { "key with spaces": ["a b c"] }],
      ["url('https://a/b') == url('https://a/b')", true],
      ["type(url('https://a/b')) == kubernetes.URL", true],
    ],
  ],
  ["Authorizer types", [["type(a) == kubernetes.authorization.Authorizer", false, { a: 1 }]]],
  [
    "Quantity",
    [
      ["isQuantity('1.3Gi') && isQuantity('10000k') && !isQuantity('200K') && !isQuantity('Three')", true],
      ["quantity('Mi')", error("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")],
      ["quantity('50k').add(quantity('20k')) == quantity('70k')", true],
      ["quantity('50k').add(20).sub(quantity('100k')).sub(-50000) == quantity('20')", true],
      ["quantity('200M').compareTo(quantity('0.2G'))", 0],
      ["quantity('50M').isLessThan(quantity('50Mi')) && quantity('150Mi').isGreaterThan(quantity('100Mi'))", true],
      ["quantity('50k').asInteger()", 50000],
      ["quantity('1.5').isInteger()", false],
      ["quantity('9999999999999999999999999999999999999G').asInteger()", error("cannot convert value to integer")],
      ["quantity('1500m').asApproximateFloat()", 1.5],
      ["sign(quantity('-1')) + quantity('0').sign()", -1],
    ],
  ],
  [
    "IP address",
    [
      ["isIP('127.0.0.1') && isIP('::1') && !isIP('127.0.0.256') && !isIP(':::1') && !isIP('01.2.3.4')", true],
      [
        "ip('127.0.0.256')",
        error(
          'IP Address "127.0.0.256" parse error during conversion from string: ParseAddr("127.0.0.256"): IPv4 field has value >255',
        ),
      ],
      ["ip('::ffff:1.2.3.4')", error('IPv4-mapped IPv6 address "::ffff:1.2.3.4" is not allowed')],
      ["ip('fe80::1%eth0')", error('IP address "fe80::1%eth0" with zone value is not allowed')],
      ["ip.isCanonical('2001:db8::abcd') && !ip.isCanonical('2001:DB8::ABCD') && !ip.isCanonical('2001:db8::0:0:0:abcd')", true],
      ["ip('127.0.0.1').family() + ip('::1').family()", 10],
      ["ip('0.0.0.0').isUnspecified() && ip('::').isUnspecified() && !ip('::1').isUnspecified()", true],
      ["ip('127.0.0.1').isLoopback() && ip('::1').isLoopback() && !ip('192.168.0.1').isLoopback()", true],
      ["ip('224.0.0.1').isLinkLocalMulticast() && !ip('224.0.1.1').isLinkLocalMulticast()", true],
      ["ip('169.254.169.254').isLinkLocalUnicast() && ip('fe80::1').isLinkLocalUnicast()", true],
      [
        "ip('192.168.0.1').isGlobalUnicast() && !ip('255.255.255.255').isGlobalUnicast() && !ip('ff00::1').isGlobalUnicast()",
        true,
      ],
      ["string(ip('2001:0db8:0:0:1:0:0:1'))", "2001:db8::1:0:0:1"],
      ["ip('::1') == ip('0:0::1')", true],
    ],
  ],
  [
    "CIDR",
    [
      ["isCIDR('192.168.0.0/16') && isCIDR('::1/128') && !isCIDR('192.168.0.0/33') && !isCIDR('1.2.3.4')", true],
      ["cidr('192.168.0.0/24').containsIP(ip('192.168.0.1')) && !cidr('192.168.0.0/24').containsIP('192.168.1.1')", true],
      [
        "cidr('192.168.0.0/16').containsCIDR(cidr('192.168.10.0/24')) && !cidr('192.168.1.0/24').containsCIDR('192.168.2.0/24')",
        true,
      ],
      ["cidr('10.0.0.0/8').containsIP('::1')", false],
      ["cidr('192.168.0.1/24').ip() == ip('192.168.0.1')", true],
      ["cidr('192.168.0.1/24').masked() == cidr('192.168.0.0/24')", true],
      ["cidr('::1/128').prefixLength()", 128],
      ["string(cidr('10.0.0.0/8').masked())", "10.0.0.0/8"],
    ],
  ],
  [
    "Format",
    [
      ["format.dns1123Label().validate('my-label').hasValue()", false],
      [
        "format.dns1123Label().validate('My').value()",
        [
          "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
        ],
      ],
      ["format.dns1123LabelPrefix().validate('my-').hasValue()", false],
      ["format.named('uuid').value().validate('x').value()", ["does not match the UUID format"]],
      ["format.named('nothing').hasValue()", false],
      ["format.date().validate('2021-02-29').value()", ["invalid date"]],
      ["format.datetime().validate('2021-01-01T00:00:00Z').hasValue() || format.byte().validate('aGVsbG8=').hasValue()", false],
      ["format.uri().validate('../x').value()", ['parse "../x": invalid URI for request']],
    ],
  ],
  [
    "Semver",
    [
      ["isSemver('1.0.0') && !isSemver('v1.0') && isSemver('v1.0', true) && isSemver('01.01.01', true)", true],
      ["semver('Three')", error("No Major.Minor.Patch elements found")],
      ["semver('1.2.3').major() + semver('1.2.3').minor() + semver('1.2.3').patch()", 6],
      ["semver('1.2.3').isLessThan(semver('1.10.0')) && semver('1.0.0').isGreaterThan(semver('1.0.0-rc.1'))", true],
      ["semver('1.0.0-alpha.1').compareTo(semver('1.0.0-alpha.beta'))", -1],
      ["semver('1.0.0+a') == semver('1.0.0+b')", true],
    ],
  ],
  [
    "Sets",
    [
      ["sets.contains([1, 2, 3], [2, 3]) && sets.contains([1], []) && !sets.contains([1], [2])", true],
      ["sets.equivalent([1, 2, 2], [2, 1]) && !sets.equivalent([1], [1, 2])", true],
      ["sets.intersects([1], [1, 2]) && !sets.intersects([1], [2])", true],
    ],
  ],
  [
    "Extended strings",
    [
      ["'tacocat'.charAt(3) + 'tacocat'.charAt(7)", "o"],
      ["'tacocat'.charAt(8)", error("index out of range: 8")],
      ["'hello mellow'.indexOf('ello', 2) + 'hello mellow'.lastIndexOf('ello') + 'a'.indexOf('')", 14],
      ["'hello mellow'.indexOf('ello', 20)", error("index out of range: 20")],
      ["'hello mellow'.lastIndexOf('ello', 6)", 1],
      ["'😀b'.indexOf('b')", 1],
      ["'TacoCÆt'.lowerAscii() + 'TacoCÆt'.upperAscii()", "tacocÆtTACOCÆT"],
      ["'hello hello'.replace('he', 'we') + ' ' + 'hello hello'.replace('he', 'we', 1)", "wello wello wello hello"],
      ["'ab'.replace('', '-')", "-a-b-"],
      ["'a b c'.split(' ') == ['a', 'b', 'c'] && 'a b c'.split(' ', 2) == ['a', 'b c'] && 'a b'.split(' ', 0).size() == 0", true],
      ["'tacocat'.substring(4) + 'tacocat'.substring(0, 4)", "cattaco"],
      ["'tacocat'.substring(2, 1)", error("invalid substring range. start: 2, end: 1")],
      ["'  \\ttrim\\n    '.trim() + '\\u200btrim'.trim()", "trim\u200btrim"],
      ["['a', 'b'].join('-') + ['c'].join()", "a-bc"],
      ["'%s %d %% %x %X %o %b'.format([dyn('a'), 10, 255, 'ok', 8, 5])", "a 10 % ff 6F6B 10 101"],
      ["'%.2f %f %.1e'.format([3.14159, 1234.5, 1052.03])", "3.14 1,234.500000 1.1\u202f×\u202f10⁰³"],
      ["'%s'.format([{'b': [1.5, 'x'], 'a': [2.0, 'y']}])", error("expected type 'double' but found 'string'")],
      ["'%s %s'.format([a, [1, 2]])", '{"k":[1, "x"]} [1, 2]', { a: { k: [1, "x"] } }],
      ["'%s %s'.format([dyn(timestamp(0)), duration('5s')])", "1970-01-01T00:00:00Z 5s"],
      ["'%d'.format(['a'])", error("error during formatting: decimal clause can only be used on integers, was given string")],
      ["'%z'.format([1])", error('could not parse formatting clause: unrecognized formatting clause "z"')],
      ["'%d %d'.format([1])", error("index 1 out of range")],
      ["strings.quote('a\"\\n')", '"a\\"\\n"'],
    ],
  ],
];

for (const [section, rows] of sections) {
  for (const row of rows) test(`${section}: ${row[0]}`, () => checkRow(row));
}

test("Authorizer: who may do what is asked of whoever evaluates", () => {
  const asked: string[] = [];
  const source: AuthorizationSource = {
    mayOnResource: (verb, { group, resource, subresource, namespace, name, labelSelector }, account) => {
      asked.push([verb, group, resource, subresource, namespace, name, labelSelector, account?.name ?? ""].join("|"));
      return { allowed: namespace === "a", reason: "because", error: "" };
    },
    mayOnPath: (verb, path) => {
      asked.push(`${verb} ${path}`);
      return { allowed: false, reason: "", error: "no" };
    },
  };
  const environment = { variables: new Map([["authorizer", { type: authorizerType }]]) };
  const evaluate = (expression: string) => {
    const compilation = compile(expression, environment);
    if (!compilation.ok) throw new Error(compilation.message);
    const evaluation = compilation.program.evaluate(new Map([["authorizer", new AuthorizerValue(source)]]));
    return evaluation.ok ? toJson(evaluation.value) : evaluation.message;
  };
  const pods = "authorizer.group('').resource('pods')";
  assert.is(evaluate(`${pods}.namespace('a').name('b').subresource('log').check('get').allowed()`), true);
  assert.is(evaluate(`${pods}.labelSelector('x=y').check('list').reason()`), "because");
  assert.is(
    evaluate(`authorizer.serviceAccount('ns', 'sa').group('apps').resource('deployments').check('get').allowed()`),
    false,
  );
  assert.is(evaluate("authorizer.path('/healthz').check('get').error()"), "no");
  assert.is(evaluate("authorizer.path('/healthz').check('get').errored()"), true);
  assert.is(evaluate("authorizer.path(' ')"), "path must not be empty");
  assert.is(evaluate("authorizer.serviceAccount('ns', 'A')"), "Invalid service account name");
  const three = [1, 2, 3].map(() => "authorizer.path('/a').check('get').allowed()").join(" || ");
  assert.is(evaluate(three), "operation cancelled: actual cost limit exceeded");
  assert.equal(asked.slice(0, 4), ["get||pods|log|a|b||", "list||pods||||x=y|", "get|apps|deployments|||||sa", "get /healthz"]);
});

test("Mutations: objects and operations of patches have types", () => {
  const environment = { ...dynamicEnvironment([]), structTypes: mutationTypes };
  const evaluate = (expression: string) => {
    const compilation = compile(expression, environment);
    if (!compilation.ok) return compilation.errors[0]!.message;
    const evaluation = compilation.program.evaluate(new Map());
    if (!evaluation.ok) return evaluation.message;
    return (
      (compilation.program.resultType.kind === "struct" ? objectTypeError(evaluation.value) : undefined) ??
      toJson(evaluation.value)
    );
  };
  assert.equal(evaluate("[JSONPatch{op: 'add', path: '/a', value: {'b': 1}}]"), [{ op: "add", path: "/a", value: { b: 1 } }]);
  assert.is(evaluate("'/a/' + jsonpatch.escapeKey('example.com/a~b')"), "/a/example.com~1a~0b");
  const elsewhere = compile("jsonpatch.escapeKey('a')", dynamicEnvironment([]));
  assert.match(elsewhere.ok ? "" : elsewhere.message, /undeclared reference to 'jsonpatch'/, "only mutations have patches");
  assert.is(evaluate("JSONPatch{op: 1}"), "expected type of field 'op' is 'string' but provided type is 'int'");
  assert.is(evaluate("JSONPatch{nope: 1}"), "undefined field 'nope'");
  const object =
    "Object{spec: Object.spec{replicas: 3, template: Object.spec.template{items: [Object.spec.template.items{name: 'a'}]}}}";
  assert.equal(evaluate(object), { spec: { replicas: 3, template: { items: [{ name: "a" }] } } });
  assert.is(
    evaluate("Object{metadata: Object.spec{}}"),
    'unexpected type name "Object.spec", expected "Object.metadata", which matches field name path from root Object type',
  );
  assert.equal(evaluate("Object{metadata: Object.metadata{?labels: optional.none()}}"), { metadata: {} });
  assert.is(evaluate("Other{a: 1}"), "undeclared reference to 'Other' (in container '')");
});

/** Costs of library calls, estimated and at run time: https://kubernetes.io/docs/reference/using-api/cel/#resource-constraints */
const costs: ReadonlyArray<readonly [expression: string, cost: number, estimate: readonly [number, number]]> = [
  ["[1, 2, 3, 4, 5].sum()", 5, [15, 15]],
  ["['012345678901', '012345678901', '012345678901', '012345678901', '012345678901'].max()", 5, [15, Number.POSITIVE_INFINITY]],
  ["'01234567890123456789012345678901234567890123456789'.indexOf('123')", 5, [5, 5]],
  ["url('https:://kubernetes.io/').getHost()", 4, [4, 4]],
  ["ip('192.168.0.1').family()", 3, [3, 3]],
  ["ip('2001:db8:3333:4444:5555:6666:7777:8888') == ip('192.168.0.1')", 7, [7, Number.POSITIVE_INFINITY]],
  ["ip.isCanonical('2001:db8:3333:4444:5555:6666:7777:8888')", 8, [8, 8]],
  ["cidr('192.168.0.0/16').containsIP(ip('192.169.0.1'))", 5, [5, 8]],
  ["cidr('192.168.0.0/16').containsCIDR('192.0.0.0/30')", 7, [7, 11]],
  ["'abc'.lowerAscii().upperAscii()", 2, [2, 2]],
  ["'abc 123'.find('[0-9]+')", 2, [2, 2]],
  ["'abc'.replace('a', 'b')", 1, [1, 1]],
  ["sets.contains([1, 2], [3])", 3, [23, 23]],
];
for (const [expression, cost, [min, max]] of costs) {
  test(`cost of ${expression}`, () => {
    const compilation = compile(expression, dynamicEnvironment([]));
    if (!compilation.ok) throw new Error(compilation.message);
    assert.equal([compilation.program.evaluate(new Map()).cost, compilation.program.estimate()], [cost, { min, max }]);
  });
}

test.run();
