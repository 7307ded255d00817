import { test } from "uvu";
import * as assert from "uvu/assert";
import { podSecurity } from "../../src/api/admission/pod-security.js";
import { detailsText, findingsOf } from "../../src/api/pod-security/evaluate.js";
import type { Level } from "../../src/api/pod-security/policy.js";
import type { Container, ObjectMeta, PodSpec, SecurityContext } from "../../src/api/types.js";
import { type Asked, clusterOf, podOf, refusal, requestOf } from "./world.js";

const found = (level: Level, spec: Partial<PodSpec>, version = "latest", metadata: ObjectMeta = {}): string =>
  detailsText(findingsOf({ level, version }, { metadata, spec: { containers: [{ name: "c" }], ...spec } }));

const container = (securityContext: SecurityContext, name = "c"): Container => ({ name, securityContext });
const of = (securityContext: SecurityContext): Partial<PodSpec> => ({ containers: [container(securityContext)] });

const baseline: Array<[what: string, spec: Partial<PodSpec>, finding: string, version?: string]> = [
  ["a plain pod", {}, ""],
  [
    "AppArmor off, for pod and container",
    { securityContext: { appArmorProfile: { type: "Unconfined" } }, ...of({ appArmorProfile: { type: "Unconfined" } }) },
    'forbidden AppArmor profile (pod and container "c" must not set AppArmor profile type to "Unconfined")',
  ],
  ["a capability by default", of({ capabilities: { add: ["CHOWN"] } }), ""],
  [
    "other capabilities",
    {
      containers: [
        container({ capabilities: { add: ["SYS_ADMIN", "NET_RAW"] } }),
        container({ capabilities: { add: ["NET_RAW"] } }, "d"),
      ],
    },
    'non-default capabilities (containers "c", "d" must not include "NET_RAW", "SYS_ADMIN" in securityContext.capabilities.add)',
  ],
  ["namespaces of the host", { hostNetwork: true, hostIPC: true }, "host namespaces (hostNetwork=true, hostIPC=true)"],
  [
    "directories of the host",
    {
      volumes: [
        { name: "a", hostPath: { path: "/" } },
        { name: "b", hostPath: { path: "/" } },
      ],
    },
    'hostPath volumes (volumes "a", "b")',
  ],
  [
    "ports of the host",
    {
      containers: [
        {
          name: "c",
          ports: [
            { containerPort: 1, hostPort: 8080 },
            { containerPort: 2, hostPort: 443 },
          ],
        },
      ],
    },
    'hostPort (container "c" uses hostPorts 443, 8080)',
  ],
  [
    "privileges, of init and ephemeral containers too",
    { initContainers: [container({ privileged: true }, "i")], ephemeralContainers: [container({ privileged: true }, "e")] },
    'privileged (containers "i", "e" must not set securityContext.privileged=true)',
  ],
  [
    "all of /proc",
    of({ procMount: "Unmasked" }),
    'procMount (container "c" must not set securityContext.procMount to "Unmasked")',
  ],
  [
    "another SELinux domain",
    { securityContext: { seLinuxOptions: { type: "spc_t", user: "u" } }, ...of({ seLinuxOptions: { role: "r" } }) },
    'seLinuxOptions (pod and container "c" set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set; role may not be set)',
  ],
  ["the domain of container engines", of({ seLinuxOptions: { type: "container_engine_t" } }), ""],
  [
    "the same before it was allowed",
    of({ seLinuxOptions: { type: "container_engine_t" } }),
    'seLinuxOptions (container "c" set forbidden securityContext.seLinuxOptions: type "container_engine_t")',
    "v1.30",
  ],
  [
    "no seccomp",
    of({ seccompProfile: { type: "Unconfined" } }),
    'seccompProfile (container "c" must not set securityContext.seccompProfile.type to "Unconfined")',
  ],
  ["the same when it was an annotation", of({ seccompProfile: { type: "Unconfined" } }), "", "v1.18"],
  [
    "sysctls, as they became safe",
    {
      securityContext: {
        sysctls: ["kernel.shm_rmid_forced", "net.ipv4.tcp_rmem", "vm.swap"].map((name) => ({ name, value: "1" })),
      },
    },
    "forbidden sysctls (vm.swap)",
  ],
  [
    "sysctls before",
    { securityContext: { sysctls: ["net.ipv4.tcp_rmem", "net.ipv4.tcp_fin_timeout"].map((name) => ({ name, value: "1" })) } },
    "forbidden sysctls (net.ipv4.tcp_rmem)",
    "v1.29",
  ],
  [
    "processes of a Windows host",
    { securityContext: { windowsOptions: { hostProcess: true } } },
    "hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)",
  ],
];

for (const [what, spec, finding, version] of baseline) {
  test(`baseline, ${version ?? "latest"}: ${what}`, () => assert.is(found("baseline", spec, version), finding));
}

test("baseline: profiles in annotations", () => {
  const appArmor = { annotations: { "container.apparmor.security.beta.kubernetes.io/c": "unconfined" } };
  const value = String.raw`"container.apparmor.security.beta.kubernetes.io/c=\"unconfined\""`;
  assert.is(
    found("baseline", {}, "latest", appArmor),
    `forbidden AppArmor profile (annotation must not set AppArmor profile type to ${value})`,
  );
  const seccomp = { annotations: { "seccomp.security.alpha.kubernetes.io/pod": "unconfined" } };
  assert.is(
    found("baseline", {}, "v1.18", seccomp),
    'seccompProfile (forbidden annotation seccomp.security.alpha.kubernetes.io/pod="unconfined")',
  );
  assert.is(found("baseline", {}, "latest", seccomp), "");
});

const strict: SecurityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  runAsNonRoot: true,
  seccompProfile: { type: "RuntimeDefault" },
};
const plainFindings = [
  'allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false)',
  'unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"])',
  'runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true)',
  'seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
].join(", ");

const restricted: Array<[what: string, spec: Partial<PodSpec>, finding: string, version?: string]> = [
  ["a plain pod", {}, plainFindings],
  ["a pod that gives up everything", of(strict), ""],
  [
    "what the pod says holds for its containers",
    {
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "Localhost" } },
      ...of({ allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } }),
    },
    "",
  ],
  [
    "capabilities again",
    of({ ...strict, capabilities: { add: ["CHOWN"] } }),
    'unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]; container "c" must not include "CHOWN" in securityContext.capabilities.add)',
  ],
  [
    "a directory of the host, in the words of the stricter check",
    {
      ...of(strict),
      volumes: [
        { name: "a", hostPath: { path: "/" } },
        { name: "b", nfs: { path: "/", server: "s" } },
      ],
    },
    'restricted volume types (volumes "a", "b" use restricted volume types "hostPath", "nfs")',
  ],
  [
    "root on purpose",
    { securityContext: { runAsNonRoot: false }, ...of({ ...strict, runAsUser: 0 }) },
    'runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false), runAsUser=0 (container "c" must not set runAsUser=0)',
  ],
  [
    "seccomp off",
    of({ ...strict, seccompProfile: { type: "Unconfined" } }),
    'seccompProfile (container "c" must not set securityContext.seccompProfile.type to "Unconfined")',
  ],
  ["Windows has no such things", { os: { name: "windows" }, ...of({ runAsNonRoot: true }) }, ""],
  ["root by number, before it was looked at", of({ ...strict, runAsUser: 0 }), "", "v1.22"],
  ["the first version", of({ runAsNonRoot: true }), "", "v1.7"],
];

for (const [what, spec, finding, version] of restricted) {
  test(`restricted, ${version ?? "latest"}: ${what}`, () => assert.is(found("restricted", spec, version), finding));
}

const namespace = (labels: Record<string, string>) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: {
    name: "shop",
    labels: Object.fromEntries(Object.entries(labels).map(([name, value]) => [`pod-security.kubernetes.io/${name}`, value])),
  },
});

function remarksOn(asked: Asked, ...objects: object[]) {
  const said = podSecurity.validate!(requestOf(asked), clusterOf(...objects));
  return said.ok ? said.value : { warnings: [`refused: ${said.error.status.message}`] };
}

test("a pod that the namespace's level does not allow is refused, with the version of the rules", () => {
  const enforcing = clusterOf(namespace({ enforce: "restricted", "enforce-version": "v1.33" }));
  assert.is(
    refusal(podSecurity, { object: podOf() }, enforcing),
    `pods "web" is forbidden: violates PodSecurity "restricted:v1.33": ${plainFindings}`,
  );
  assert.is(refusal(podSecurity, { object: podOf(of(strict)) }, enforcing), "");
});

test("what is only watched is told of", () => {
  const watching = namespace({ warn: "restricted", audit: "baseline", "audit-version": "v1.20" });
  const pod = podOf({ hostNetwork: true });
  const { warnings, auditAnnotations } = remarksOn({ object: pod }, watching);
  assert.equal(warnings, [`would violate PodSecurity "restricted:latest": host namespaces (hostNetwork=true), ${plainFindings}`]);
  assert.equal(
    auditAnnotations,
    new Map([
      ["pod-security.kubernetes.io/enforce-policy", "privileged:latest"],
      [
        "pod-security.kubernetes.io/audit-violations",
        'would violate PodSecurity "baseline:v1.20": host namespaces (hostNetwork=true)',
      ],
    ]),
  );
});

test("templates of workloads are warned of where pods are refused", () => {
  const enforcing = namespace({ enforce: "baseline" });
  const template = { metadata: {}, spec: { hostPID: true, containers: [{ name: "c" }] } };
  const warning = 'would violate PodSecurity "baseline:latest": host namespaces (hostPID=true)';
  const asked: Array<[resource: string, object: object]> = [
    ["deployments.apps", { spec: { template } }],
    ["cronjobs.batch", { spec: { jobTemplate: { spec: { template } } } }],
    ["podtemplates", { template }],
  ];
  for (const [resource, object] of asked) {
    const whole = { ...object, metadata: { name: "w", namespace: "shop" } };
    assert.equal(remarksOn({ resource, object: whole }, enforcing).warnings, [warning], resource);
  }
});

test("an update that changes nothing of account passes", () => {
  const enforcing = namespace({ enforce: "restricted" });
  const old = podOf();
  const labelled = podOf({}, { labels: { a: "b" } });
  assert.equal(remarksOn({ operation: "UPDATE", object: labelled, old }, enforcing), {});
  const debugging = podOf({ ephemeralContainers: [container({ privileged: true }, "debug")] });
  const said = remarksOn({ operation: "UPDATE", subresource: "ephemeralcontainers", object: debugging, old }, enforcing);
  assert.match(
    said.warnings?.[0] ?? "",
    /refused: pods "web" is forbidden: violates PodSecurity "restricted:latest": privileged/,
  );
});

test("a namespace that becomes stricter warns of its pods; labels must make sense", () => {
  const pods = [
    podOf({ hostPID: true }),
    podOf({ hostPID: true }, { name: "api" }),
    podOf({ hostIPC: true, hostPID: true }, { name: "old" }),
  ];
  const change = (now: Record<string, string>, before: Record<string, string> = {}) =>
    remarksOn({ operation: "UPDATE", resource: "namespaces", object: namespace(now), old: namespace(before) }, ...pods).warnings;
  assert.equal(change({ enforce: "baseline" }), [
    'existing pods in namespace "shop" violate the new PodSecurity enforce level "baseline:latest"',
    "api (and 2 other pods): host namespaces",
  ]);
  assert.is(change({ enforce: "baseline" }, { enforce: "restricted" }), undefined);
  assert.equal(change({ enforce: "strict" }), [
    'refused: Namespace "shop" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted',
  ]);
  assert.is(change({ enforce: "strict" }, { enforce: "strict" }), undefined);
  assert.equal(remarksOn({ resource: "namespaces", object: namespace({ "warn-version": "1.2" }) }).warnings, [
    'refused: Namespace "shop" is invalid: metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "1.2": must be "latest" or "v1.x"',
  ]);
});

test.run();
