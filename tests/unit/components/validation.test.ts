import assert from "node:assert/strict";
import {
  type BeatOptions,
  type BrokerOptions,
  type BrokerTls,
  type JobOptions,
  type LedgerOptions,
  type WorkerOptions,
  ScaleBy,
} from "../../../components";
import { app as appName } from "../../../components/shared/celery/checks";
import { LEDGER } from "../../../components/taskLedger/validation";
import { WORKERS } from "../../../components/celeryWorkers/validation";
import { JOB } from "../../../components/celeryJob/validation";
import { BEAT } from "../../../components/celeryBeat/validation";
import { BROKER } from "../../../components/rabbitMqCluster/validation";
import { parseQuantity } from "../../../components/shared/quantity";
import { problemsOf, resourceName } from "../../../components/shared/checks";

const TLS: BrokerTls = { secretName: "broker-tls", serverName: "broker.example.com" };

describe("every problem of", () => {
  describe("a broker", () => {
    const CASES: [BrokerOptions, string][] = [
      [{ replicas: 2 }, "replicas is 2. Use an odd number (3 survives one node, 5 survives two)."],
      [{ replicas: 0 }, "replicas is 0. Use an odd number (3 survives one node, 5 survives two)."],
      [{ replicas: 2.5 }, "replicas is 2.5. Use an odd number (3 survives one node, 5 survives two)."],
      [
        { storage: { size: "20 GB" } },
        'storage.size is "20 GB", which is not a Kubernetes quantity. Use for example "20Gi".',
      ],
      [
        { storage: { onDelete: "keep" as "retain" } },
        'storage.onDelete is "keep". Use "retain" or "delete".',
      ],
      [
        { storage: { size: "1Gi" } },
        'storage.size is "1Gi", but 1228 MiB of it (60 % of compute.memory) must stay free, and tasks need at least as much. Use at least "2456Mi" or less memory.',
      ],
      [
        { compute: { cpu: "one" } },
        'compute.cpu is "one", which is not a Kubernetes quantity. Use for example "500m".',
      ],
      [
        { compute: { cpuLimit: "" } },
        'compute.cpuLimit is "", which is not a Kubernetes quantity. Use for example "2".',
      ],
      [
        { compute: { memory: "2GB" } },
        'compute.memory is "2GB", which is not a Kubernetes quantity. Use for example "1Gi".',
      ],
      [
        { compute: { memory: "511Mi" } },
        'compute.memory is "511Mi", but with less than "512Mi" the write-ahead log alone exceeds the memory at which a broker node blocks all publishers (60 % of it), so a backlog may block them for good. Use at least "512Mi".',
      ],
      [{ spread: "some" as "required" }, 'spread is "some". Use "required" or "preferred".'],
      [
        { config: { cluster_partition_handling: "pause_minority" } },
        "config has cluster_partition_handling = pause_minority, but RabbitMQ 4.3 ignores it. A plugin in our image closes a node in a minority to clients. Remove it.",
      ],
      [
        { config: { queue_master_locator: "min-masters" } },
        "config has queue_master_locator = min-masters, but it applied to mirrored queues, which no longer exist. Use queue_leader_locator.",
      ],
      [
        { config: { "definitions.local.path": "/x" } },
        "config has definitions.local.path = /x, but the component imports its own definitions. Remove it.",
      ],
      [
        { config: { default_queue_type: "classic" } },
        "config has default_queue_type = classic, but other types keep their tasks on one node, which may be lost. Remove it.",
      ],
      [
        { config: { "quorum_queue.initial_cluster_size": "1" } },
        "config has quorum_queue.initial_cluster_size = 1, but every queue needs a copy on every node. Use replicas.",
      ],
      [
        { config: { "quorum_queue.continuous_membership_reconciliation.enabled": "false" } },
        "config has quorum_queue.continuous_membership_reconciliation.enabled = false, but a node that lost its volume would never get its copies back. Remove it.",
      ],
      [
        { config: { "cluster_formation.k8s.ordinal_start": "1" } },
        "config has cluster_formation.k8s.ordinal_start = 1, but the nodes find each other by their StatefulSet names, and a wrong answer founds a second cluster. Remove it.",
      ],
      [
        { config: { anonymous_login_user: "guest" } },
        "config has anonymous_login_user = guest, but every pod that reaches the broker could read all tasks. Remove it.",
      ],
      [
        { config: { "auth_mechanisms.3": "ANONYMOUS" } },
        "config has auth_mechanisms.3 = ANONYMOUS, but every pod that reaches the broker could read all tasks. Remove it.",
      ],
      [
        { config: { consumer_timeout: "60000" } },
        "config has consumer_timeout = 60000, but it must be longer than the longest task. Use consumerTimeoutSeconds.",
      ],
      ...["management.path_prefix", "prometheus.path"].map((key): [object, string] => [
        { config: { [key]: "/mq" } },
        `config has ${key} = /mq, but probes, scrapes and our commands use RabbitMQ's own paths, so a node would never be ready. Remove it.`,
      ]),
      [
        { config: { "management.tcp.ip": "127.0.0.1" } },
        "config has management.tcp.ip = 127.0.0.1, but probes and scrapes come from outside the pod, so a node would never be ready. Remove it; the NetworkPolicy limits who may connect.",
      ],
      ...["ssl_options", "management.ssl", "management.listener.ssl_opts"].map((part): [object, string] => [
        { config: { [`${part}.fail_if_no_peer_cert`]: "true" } },
        `config has ${part}.fail_if_no_peer_cert = true, but probes, workers and our commands have no certificate of their own, so they could not connect. Remove it.`,
      ]),
      ...["vm_memory_high_watermark", "disk_free_limit"].map((limit): [object, string] => [
        { config: { [`${limit}.relative`]: "0.4" } },
        `config has ${limit}.relative = 0.4, but RabbitMQ ignores it beside the absolute limit, which the component sets from compute.memory. Use the key that ends in .absolute.`,
      ]),
      [
        { clusterDomain: "local; reboot" },
        'clusterDomain is "local; reboot", which is not a domain. Use for example "cluster.local".',
      ],
      [{ vhost: 'a"b' }, 'vhost is "a\\"b". Use 1 to 255 letters, digits, and any of . / : @ ~ + - _.'],
      [
        { config: { heartbeat: "60\nfoo = 1" } },
        'config has "heartbeat" = "60\\nfoo = 1", which is not a single line of rabbitmq.conf. Use one key and one value per entry.',
      ],
      [
        { plugins: ["rabbitmq-shovel"] },
        'plugins has "rabbitmq-shovel", which is not a valid plugin name. Use names such as "rabbitmq_shovel".',
      ],
      [{ vhost: "" }, 'vhost is "". Use 1 to 255 letters, digits, and any of . / : @ ~ + - _.'],
      [{ username: "me@home" }, 'username is "me@home". Use up to 64 letters, digits, "_", "." and "-".'],
      [
        { username: "guest" },
        'username is "guest", which RabbitMQ accepts only from its own machine, so no worker could connect. Use another name.',
      ],
      [
        { username: "monitoring" },
        'username is "monitoring", which is the name of the read-only user. Use another name.',
      ],
      ...["dead-letters", "dead-letters-2"].map((username): [object, string] => [
        { username },
        `username is "${username}", which is the name of the user that reads dead letters. Use another name.`,
      ]),
      [
        { passwordRevision: -1 },
        "passwordRevision is -1, but it is the number of password changes. Use a whole number of at least 0.",
      ],
      [
        { tls: { secretName: "", serverName: "broker.example.com" } },
        'tls.secretName is "". Use the name of a Secret with tls.crt, tls.key and ca.crt.',
      ],
      [
        { tls: { secretName: "broker-tls" } },
        'tls.secretName is set, but not tls.serverName, which clients verify. Set tls.serverName to one host name in the certificate, such as "broker.example.com".',
      ],
      [
        { tls: { serverName: "broker.example.com" } },
        "tls.serverName is set, but not tls.secretName, and the generated certificate has its own. Remove it, or set tls.secretName to the Secret of your certificate.",
      ],
      [
        { tls: { authority: "-----BEGIN CERTIFICATE-----MII=-----END CERTIFICATE-----" } },
        "tls.authority is set, but not tls.secretName, and the generated certificate has its own. Remove it, or set tls.secretName to the Secret of your certificate.",
      ],
      [
        { tls: { secretName: "broker-tls", serverName: "*.jobs.svc" } },
        'tls.serverName is "*.jobs.svc", which is not a host name. Use one host name in the certificate, such as "broker.example.com".',
      ],
      [
        { tls: TLS, config: { "listeners.tcp.default": "5672" } },
        "config has listeners.tcp.default, but Services and probes use RabbitMQ's own ports, so a node would never be ready. Remove it.",
      ],
      [
        { config: { "listeners.tcp.default": "5673" } },
        "config has listeners.tcp.default, but Services and probes use RabbitMQ's own ports, so a node would never be ready. Remove it.",
      ],
      [
        { tls: TLS, config: { "management.tcp.idle_timeout": "1" } },
        "config has management.tcp.idle_timeout, but tls sets the listeners and the certificate files. Remove it.",
      ],
      [
        { tls: TLS, config: { "ssl_options.keyfile": "/key" } },
        "config has ssl_options.keyfile, but tls sets the listeners and the certificate files. Remove it.",
      ],
      [
        { tls: TLS, config: { "management.tcp.port": "15672" } },
        "config has management.tcp.port, but Services and probes use RabbitMQ's own ports, so a node would never be ready. Remove it.",
      ],
      [
        { tls: TLS, config: { "prometheus.tcp.port": "15692" } },
        "config has prometheus.tcp.port, but Services and probes use RabbitMQ's own ports, so a node would never be ready. Remove it.",
      ],
      [
        { tls: TLS, config: { "management.ssl.port": "1" } },
        "config has management.ssl.port, but Services and probes use RabbitMQ's own ports, so a node would never be ready. Remove it.",
      ],
      [
        { consumerTimeoutSeconds: 5 },
        "consumerTimeoutSeconds is 5, but RabbitMQ checks consumers once a minute. Use a whole number of at least 60.",
      ],
      [
        { gracePeriodSeconds: 30 },
        "gracePeriodSeconds is 30, but a node needs time to transfer its queues. Use a whole number of at least 60.",
      ],
      [
        { access: { clientNamespaces: ["web", "Web"] } },
        'access.clientNamespaces[1] is "Web", which is not a valid namespace name. Use lowercase letters, digits and "-".',
      ],
      [
        { tls: { ...TLS, authority: "/etc/ca.crt" } },
        "tls.authority contains no certificate in PEM format. Use the content of ca.crt.",
      ],
      [
        { readyTimeout: "ten" },
        'readyTimeout is "ten", which is not a duration. Use for example "10m" or "90s".',
      ],
      [{ readyTimeout: "" }, 'readyTimeout is "", which is not a duration. Use for example "10m" or "90s".'],
      ...["0s", "0h00m"].map((readyTimeout): [object, string] => [
        { readyTimeout },
        `readyTimeout is "${readyTimeout}", which leaves no time. Use for example "10m" or "90s".`,
      ]),
      [
        { compute: { cpu: "4", cpuLimit: "1500m" } },
        'compute.cpu is "4", but cpuLimit is "1500m", and no pod can request more than its limit. Lower cpu or raise cpuLimit.',
      ],
      [
        { storage: { className: "Bad_Class" } },
        'storage.className is "Bad_Class", which is not a valid name of a StorageClass. Use lowercase letters, digits, "-" and ".", as `kubectl get storageclass` shows it.',
      ],
      [
        { tolerations: [{ key: "broker" }, { operator: "exists" }] },
        'tolerations[1].operator is "exists". Use "Exists" or "Equal" or "Lt" or "Gt".',
      ],
      [
        { tolerations: [{ operator: "Exists", effect: "noexecute" }] },
        'tolerations[0].effect is "noexecute". Use "NoSchedule" or "PreferNoSchedule" or "NoExecute".',
      ],
    ];
    for (const [options, problem] of CASES) {
      it(JSON.stringify(options), () => {
        assert.deepEqual(problemsOf(options, BROKER), [problem]);
      });
    }
    it("nothing wrong", () => {
      assert.deepEqual(problemsOf({}, BROKER), []);
      assert.deepEqual(
        problemsOf({ compute: { memory: "1Gi" }, storage: { size: "1.5Gi" }, readyTimeout: "1h30m" }, BROKER),
        [],
      );
      assert.deepEqual(
        problemsOf({ passwordRevision: 2, config: { "management.tcp.idle_timeout": "1" } }, BROKER),
        [],
      );
      assert.deepEqual(
        problemsOf(
          {
            compute: { cpu: "1", cpuLimit: "1000m" },
            storage: { size: "1e12", className: "" },
            tolerations: [{ operator: "Exists", effect: "NoExecute", tolerationSeconds: 5 }],
          },
          BROKER,
        ),
        [],
      );
      const harmless = {
        default_queue_type: "quorum",
        "auth_mechanisms.3": "EXTERNAL",
        "cluster_formation.discovery_retry_limit": "20",
      };
      assert.deepEqual(
        problemsOf({ config: harmless, vhost: "/", clusterDomain: "cluster.local" }, BROKER),
        [],
      );
      assert.deepEqual(
        problemsOf(
          {
            tls: TLS,
            config: { "ssl_options.versions.1": "tlsv1.3", "ssl_options.verify": "verify_peer" },
          },
          BROKER,
        ),
        [],
      );
    });
  });

  describe("workers", () => {
    const CASES: [WorkerOptions, string][] = [
      [{ queues: ["a,b"] }, 'queues has "a,b". Use up to 200 letters, digits, "_", "." and "-".'],
      [{ queues: ["a", "a"] }, 'queues has "a" twice. Remove one.'],
      [{ queues: ["dead-letters"] }, 'queues has "dead-letters", which is reserved. Choose another name.'],
      [
        { queues: ["celery_delayed_1"] },
        'queues has "celery_delayed_1", which is reserved. Choose another name.',
      ],
      [{ replicas: -1 }, "replicas is -1, but it is a number of pods. Use a whole number of at least 0."],
      [
        { concurrency: 1.5 },
        "concurrency is 1.5, but it is a number of processes. Use a whole number of at least 1.",
      ],
      [
        { longestTaskSeconds: 0 },
        "longestTaskSeconds is 0, but a stopping pod waits this long for its tasks. Use a whole number from 1 to 604800.",
      ],
      [
        { env: { "MY-VAR": "x" } },
        'env has "MY-VAR", which is not a valid name of an environment variable. Use letters, digits and "_".',
      ],
      [
        { env: { HA_CELERY_LONGEST_TASK_SECONDS: "5" } },
        "env has HA_CELERY_LONGEST_TASK_SECONDS, which the component sets. Use longestTaskSeconds.",
      ],
      [
        { env: { HA_CELERY_STATE_DIR: "/x" } },
        "env has HA_CELERY_STATE_DIR, which the component sets. Remove it; its value is fixed.",
      ],
      [
        { env: { HA_CELERY_RESULT_BACKEND: "redis://redis" } },
        "env has HA_CELERY_RESULT_BACKEND, which the component sets. Use resultBackend.",
      ],
      [
        { env: { HA_CELERY_BROKER_CA: "/ca.crt" } },
        "env has HA_CELERY_BROKER_CA, which the component sets. Use broker.",
      ],
      [
        { replicas: 3, autoscale: { maxReplicas: 5 } },
        "replicas and autoscale are mutually exclusive: the former sets a fixed number of pods, the latter a range. Remove one.",
      ],
      [
        { autoscale: { maxReplicas: 5, by: "memory" as "cpu" } },
        'autoscale.by is "memory". Use "cpu" or "queueLength".',
      ],
      [
        { autoscale: { maxReplicas: 5, minReplicas: 0 } },
        "autoscale.minReplicas is 0, but CPU usage is only measurable in a running pod. Use a whole number of at least 1.",
      ],
      [
        { autoscale: { maxReplicas: 5, minReplicas: -1, by: "queueLength" } },
        "autoscale.minReplicas is -1, but it is a number of pods. Use a whole number of at least 0.",
      ],
      [
        { autoscale: { maxReplicas: 0 } },
        "autoscale.maxReplicas is 0, but the tasks need at least one pod. Use a whole number of at least 1.",
      ],
      [
        { autoscale: { maxReplicas: 2, minReplicas: 3 } },
        "autoscale.maxReplicas is 2, but minReplicas is 3. Raise maxReplicas or lower minReplicas.",
      ],
      [
        { autoscale: { maxReplicas: 5, cpuPercent: 0 } },
        "autoscale.cpuPercent is 0, but it is the target CPU usage of the pods, in percent. Use a whole number of at least 1.",
      ],
      [
        { autoscale: { maxReplicas: 5, by: "queueLength", tasksPerReplica: 0.5 } },
        "autoscale.tasksPerReplica is 0.5, but it is a number of tasks per pod. Use a whole number of at least 1.",
      ],
      [
        { autoscale: { maxReplicas: 5, by: "queueLength", cpuPercent: 50 } },
        'autoscale.cpuPercent has no effect with by "queueLength". Remove it, or use by "cpu".',
      ],
      [
        { autoscale: { maxReplicas: 5, tasksPerReplica: 10 } },
        'autoscale.tasksPerReplica has no effect with by "cpu". Remove it, or use by "queueLength".',
      ],
      [
        { env: { A: "1" }, envFromSecrets: { A: { secretName: "s", key: "k" } } },
        "env and envFromSecrets both have A. Remove one.",
      ],
      [{ command: [] }, "command is empty. Set it to the program to run, or omit it."],
      [
        { runAsUser: 0 },
        "runAsUser is 0, but the Pod Security level restricted forbids root. Use a whole number of at least 1.",
      ],
    ];
    for (const [options, problem] of CASES) {
      it(JSON.stringify(options), () => {
        assert.deepEqual(problemsOf(options, WORKERS), [problem]);
      });
    }
    it("nothing wrong", () => {
      assert.deepEqual(problemsOf({}, WORKERS), []);
      assert.deepEqual(
        problemsOf({ replicas: 0, env: { HA_CELERY_CONFIRM_TIMEOUT_SECONDS: "5" } }, WORKERS),
        [],
      );
      assert.deepEqual(problemsOf({ autoscale: { maxReplicas: 1 } }, WORKERS), []);
      const none = { minReplicas: 0, maxReplicas: 9, by: ScaleBy.QueueLength, tasksPerReplica: 5 };
      assert.deepEqual(problemsOf({ autoscale: none }, WORKERS), []);
    });
  });

  it("an app", () => {
    for (const app of ["tasks", "mail.tasks", "mail.tasks:app", "mail.tasks:make.app"])
      assert.deepEqual(appName("app", app), []);
    for (const app of ["", "a b", "a;b", "a:b:c", "../a"]) assert.equal(appName("app", app).length, 1, app);
  });

  it("a job", () => {
    const wrong: JobOptions[] = [
      { tasks: 0 },
      { tasks: 1_000_001 },
      { run: "" },
      { run: "a_b" },
      { backoffLimit: -1 },
      { env: { SCHEDULE_RUN: "x" } },
      { completionTimeout: "soon" },
    ];
    for (const options of wrong) assert.equal(problemsOf(options, JOB).length, 1, JSON.stringify(options));
    assert.deepEqual(problemsOf({ run: "2026-11-23.2" }, JOB), []);
  });

  it("a beat", () => {
    const wrong: BeatOptions[] = [
      { queues: [] },
      { storage: { size: "x" } },
      { compute: { memory: "x" } },
      { env: { HA_CELERY_BROKER_SERVER_NAME: "x" } },
      { command: [] },
      { runAsUser: 0 },
      { readyTimeout: "soon" },
    ];
    for (const options of wrong) assert.equal(problemsOf(options, BEAT).length, 1, JSON.stringify(options));
    assert.deepEqual(problemsOf({ storage: { size: "2Gi" } }, BEAT), []);
  });

  it("a ledger", () => {
    const wrong: LedgerOptions[] = [
      { storage: { size: "x" } },
      { compute: { cpu: "x" } },
      { readyTimeout: "x" },
    ];
    for (const options of wrong) assert.equal(problemsOf(options, LEDGER).length, 1, JSON.stringify(options));
    assert.deepEqual(problemsOf({}, LEDGER), []);
  });

  it("a name", () => {
    for (const name of ["a", "a-1", "a".repeat(40)]) assert.deepEqual(resourceName()("name", name), []);
    for (const name of ["", "1a", "-a", "a-", "A", "a.b", "a".repeat(41)]) {
      assert.equal(resourceName()("name", name).length, 1, name);
    }
  });
});

describe("a Kubernetes quantity", () => {
  const CASES: [string, number | undefined][] = [
    ["1", 1],
    ["500m", 0.5],
    ["1.5Gi", 1.5 * 2 ** 30],
    ["2Mi", 2 ** 21],
    ["1G", 1e9],
    ["1k", 1000],
    ["1e12", 1e12],
    ["1.5E3", 1500],
    ["5e-1", 0.5],
    ["1E", 1e18],
    ["1Pi", 2 ** 50],
    ["1Ei", 2 ** 60],
    ["1u", 1e-6],
    ["1K", undefined],
    ["1e", undefined],
    ["1e3Mi", undefined],
    ["1GB", undefined],
    ["-1", undefined],
    ["", undefined],
  ];
  for (const [text, value] of CASES) {
    it(`${JSON.stringify(text)} is ${value}`, () => {
      assert.equal(parseQuantity(text), value);
    });
  }
});
