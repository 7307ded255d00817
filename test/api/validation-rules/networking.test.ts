import { test } from "uvu";
import { type Changed, type Created, testChanged, testCreated } from "./rules.js";

const service = (spec: object): object => ({ spec: { ports: [{ port: 80 }], ...spec } });
const balanced = (spec: object): object => service({ type: "LoadBalancer", ...spec });

const policy = (ports: object[], from: object[] = []): object => ({
  spec: { podSelector: {}, policyTypes: ["Ingress"], ingress: [{ ports, from }] },
});
const ingress = (path: object, more: object = {}): object => ({
  spec: {
    rules: [
      { http: { paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "a", port: { number: 1 } } }, ...path }] } },
    ],
    ...more,
  },
});
const cidr = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
const external = "may not be set for ExternalName services";
const onlyBalanced = "may only be used when `type` is 'LoadBalancer'";
const storageClass =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

const created: Created[] = [
  [
    "addresses outside",
    "Service",
    { spec: { type: "ExternalName", externalName: "a.b", clusterIPs: ["10.0.0.1"], ipFamilies: ["IPv4"] } },
    [`spec.clusterIPs: Forbidden: ${external}`, `spec.ipFamilies: Forbidden: ${external}`],
  ],
  [
    "addresses that disagree",
    "Service",
    service({ clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.2"] }),
    ['spec.clusterIPs: Invalid value: []string{"10.0.0.2"}: first value must match `clusterIP`'],
  ],
  [
    "a list without the one",
    "Service",
    service({ clusterIPs: ["10.0.0.2"] }),
    ['spec.clusterIPs: Invalid value: []string{"10.0.0.2"}: must be empty when `clusterIP` is not specified'],
  ],
  [
    "two of a family",
    "Service",
    service({ clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1", "10.0.0.2"], ipFamilies: ["IPv4", "IPv4"] }),
    [
      'spec.ipFamilies[1]: Duplicate value: "IPv4"',
      'spec.clusterIPs: Invalid value: []string{"10.0.0.1", "10.0.0.2"}: may specify no more than one IP for each IP family',
    ],
  ],
  [
    "the wrong family",
    "Service",
    service({ clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1"], ipFamilies: ["IPv6"] }),
    ['spec.clusterIPs[0]: Invalid value: "10.0.0.1": expected an IPv6 value as indicated by `ipFamilies[0]`'],
  ],
  [
    "what only balancers have",
    "Service",
    service({
      loadBalancerSourceRanges: ["x"],
      allocateLoadBalancerNodePorts: true,
      loadBalancerClass: "a",
      healthCheckNodePort: 1,
    }),
    [
      `spec.LoadBalancerSourceRanges: Forbidden: ${onlyBalanced}`,
      `spec.LoadBalancerSourceRanges[0]: Invalid value: "x": ${cidr}`,
      `spec.allocateLoadBalancerNodePorts: Forbidden: ${onlyBalanced}`,
      `spec.loadBalancerClass: Forbidden: ${onlyBalanced}`,
      "spec.healthCheckNodePort: Invalid value: 1: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
    ],
  ],
  ["a balancer", "Service", balanced({ loadBalancerSourceRanges: [" 10.0.0.0/8 "], loadBalancerClass: "example.com/a" }), []],
  [
    "ranges in an annotation",
    "Service",
    {
      ...service({}),
      metadata: {
        name: "web",
        namespace: "shop",
        annotations: { "service.beta.kubernetes.io/load-balancer-source-ranges": "10.0.0.0/8,y" },
      },
    },
    [
      `metadata.annotations[service.beta.kubernetes.io/load-balancer-source-ranges]: Forbidden: ${onlyBalanced}`,
      `metadata.annotations[service.beta.kubernetes.io/load-balancer-source-ranges]: Invalid value: "y": ${cidr}`,
    ],
  ],
  [
    "a port of the nodes",
    "Service",
    service({ ports: [{ port: 80, nodePort: 30000 }] }),
    ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
  ],
  ["SCTP", "Service", service({ ports: [{ port: 80, protocol: "SCTP" }] }), []],

  [
    "ports to a smaller one",
    "networking.k8s.io/v1/NetworkPolicy",
    policy([
      { port: 80, endPort: 79 },
      { port: "web", endPort: 1 },
      { endPort: 1 },
      { port: 1, protocol: "ICMP" },
      { port: 1, protocol: "SCTP" },
    ]),
    [
      "spec.ingress[0].ports[0].endPort: Invalid value: 80: must be greater than or equal to `port`",
      "spec.ingress[0].ports[1].endPort: Invalid value: 1: may not be specified when `port` is non-numeric",
      "spec.ingress[0].ports[2].endPort: Invalid value: 1: may not be specified when `port` is not specified",
      'spec.ingress[0].ports[3].protocol: Unsupported value: "ICMP": supported values: "TCP", "UDP", "SCTP"',
    ],
  ],
  [
    "a block and what is not in it",
    "networking.k8s.io/v1/NetworkPolicy",
    policy([], [{ ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16", "11.0.0.0/16", "10.0.0.0/8"] } }]),
    [
      'spec.ingress[0].from[0].ipBlock.except[1]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`',
      'spec.ingress[0].from[0].ipBlock.except[2]: Invalid value: "10.0.0.0/8": must be a strict subset of `cidr`',
    ],
  ],

  [
    "paths that climb",
    "networking.k8s.io/v1/Ingress",
    ingress({ path: "/a//b/.." }),
    [
      "spec.rules[0].http.paths[0].path: Invalid value: \"/a//b/..\": must not contain '//'",
      "spec.rules[0].http.paths[0].path: Invalid value: \"/a//b/..\": cannot end with '/..'",
    ],
  ],
  [
    "a resource behind it",
    "networking.k8s.io/v1/Ingress",
    ingress({ backend: { resource: { kind: "", name: "a" } } }),
    ["spec.rules[0].http.paths[0].backend.resource.kind: Required value: kind is required"],
  ],
  [
    "hosts of its certificates",
    "networking.k8s.io/v1/Ingress",
    ingress({}, { tls: [{ hosts: ["*.a.b", "A"], secretName: "s" }] }),
    [`spec.tls[0].hosts[1]: Invalid value: "A": ${storageClass}`],
  ],
  [
    "parameters from nowhere",
    "networking.k8s.io/v1/IngressClass",
    { metadata: { name: "web" }, spec: { controller: "a", parameters: { kind: "K", name: "n", scope: "Namespace" } } },
    [
      'spec.controller: Invalid value: "a": must be a domain-prefixed path (such as "acme.io/foo")',
      "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'",
    ],
  ],
];

const changed: Changed[] = [
  [
    "another address",
    "Service",
    service({ clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1"] }),
    service({ clusterIP: "10.0.0.2", clusterIPs: ["10.0.0.2"] }),
    ['spec.clusterIPs[0]: Invalid value: []string{"10.0.0.2"}: may not change once set'],
  ],
  [
    "one address less",
    "Service",
    service({
      clusterIP: "10.0.0.1",
      clusterIPs: ["10.0.0.1", "fd00::1"],
      ipFamilies: ["IPv4", "IPv6"],
      ipFamilyPolicy: "PreferDualStack",
    }),
    service({ clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1"], ipFamilies: ["IPv4"], ipFamilyPolicy: "PreferDualStack" }),
    [
      "spec.ipFamilyPolicy: Invalid value: \"PreferDualStack\": must be set to 'SingleStack' when releasing the secondary clusterIP",
      "spec.ipFamilyPolicy: Invalid value: \"PreferDualStack\": must be set to 'SingleStack' when releasing the secondary ipFamily",
    ],
  ],
  [
    "another class",
    "Service",
    balanced({ loadBalancerClass: "a.b/c" }),
    balanced({ loadBalancerClass: "a.b/d" }),
    ['spec.loadBalancerClass: Invalid value: "a.b/d": may not change once set'],
  ],
  [
    "an address from a balancer",
    "Service",
    service({}),
    { ...service({}), status: { loadBalancer: { ingress: [{ ip: "1.2.3.4" }] } } },
    ["status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is 'LoadBalancer'"],
    "status",
  ],
  [
    "a name from a balancer",
    "Service",
    balanced({}),
    { ...balanced({}), status: { loadBalancer: { ingress: [{ ip: "1.2.3.4" }, { hostname: "1.2.3.4", ipMode: "VIP" }] } } },
    [
      "status.loadBalancer.ingress[1].ipMode: Forbidden: may not be specified when `ip` is not set",
      'status.loadBalancer.ingress[1].hostname: Invalid value: "1.2.3.4": must be a DNS name, not an IP address',
    ],
    "status",
  ],
];

testCreated(created);
testChanged(changed);

test.run();
