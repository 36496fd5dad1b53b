/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/property-table.h"

/* The one table: systemd.resource-control(5), systemd.scope(5), systemd.kill(5) and, of systemd.unit(5), what makes
 * sense for a scope; as of systemd 258, and what newer ones are known to have. A manager that is too old for a setting
 * refuses it by name. */

#define CPU CONTROLLER_CPU
#define CPUSET CONTROLLER_CPUSET
#define IO CONTROLLER_IO
#define MEMORY CONTROLLER_MEMORY
#define PIDS CONTROLLER_PIDS
#define NONE _CONTROLLER_INVALID

/* Rows by the form of their values: N is the name here and on the bus, C the controller, S how one sees it in force, F
 * the file that the kernel has for it, E the examples for the message. */
/* clang-format off */
#define ROW(N, PARSE, C, S, F) ROW_AS(N, N, PARSE, C, S, F)
#define ROW_AS(N, BUS, PARSE, C, S, F)                                                            \
        .name = N, .bus_name = BUS, .parse = property_parse_##PARSE, .controller = C, .file = F, \
        .sight = PROPERTY_SEEN_##S

/* What is said of the last two. */
#define UNSEEN_STARTUP .unseen = "it counts only while the system starts or stops"
#define UNSEEN_BELOW .unseen = "it counts for units below, and there are none"
#define WORDS(...) .choices = (const char *const[]) { __VA_ARGS__, NULL }

#define BOOL(N, C, S, F) { ROW(N, yes_no, C, S, F) }
#define CHOICE(N, C, S, F, ...) { ROW(N, choice, C, S, F), WORDS(__VA_ARGS__) }
#define WEIGHT(N, S, F, ...) { ROW(N, weight, IO, S, F), .min = 1, .max = 10000, .examples = "100", __VA_ARGS__ }
#define IDLE_WEIGHT(N, S, F, ...) \
        { ROW(N, weight, CPU, S, F), WORDS("idle"), .min = 1, .max = 10000, .examples = "100, idle", __VA_ARGS__ }
#define MASK(N, S, F, ...) { ROW(N, mask, CPUSET, S, F), .examples = "0-3,6 or 0 1 2", __VA_ARGS__ }
#define RATE(N) { ROW(N, device_limit, IO, FILE, "io.max"), .min = 1, .max = UINT64_MAX, .examples = "/dev/sda 1M" }
#define SIGNAL(N) { ROW(N, signal, NONE, MANAGER, NULL), .examples = "SIGTERM, TERM, 15" }
#define UNITS(N) { ROW(N, units, NONE, MANAGER, NULL) }
#define PATHS(N) { ROW(N, paths, NONE, MANAGER, NULL) }
#define OTHER(N, PARSE, E) { ROW(N, PARSE, NONE, MANAGER, NULL), .examples = E }
#define BPF(N, PARSE, E) { ROW(N, PARSE, NONE, PROGRAM, NULL), .examples = E, .flags = PROPERTY_PRIVILEGED }

/* A process is told of it when it is started, and a scope starts none. */
#define WATCH(N) { ROW(N, watch, NONE, NOWHERE, NULL), WORDS("auto", "on", "off", "skip"), UNSEEN_TOLD }
#define THRESHOLD(N) { ROW_AS(N "Sec", N "USec", time, NONE, NOWHERE, NULL), .examples = TIMES, UNSEEN_TOLD }
#define UNSEEN_TOLD .unseen = "only what a manager starts itself is told of it"

/* A time is called …Sec in a unit file and …USec on the bus: N is the part before. */
#define TIME(N) { ROW_AS(N "Sec", N "USec", time, NONE, MANAGER, NULL), .examples = TIMES }
#define TIMES "30s, 1min 30s, 500ms"

/* Memory with and without a percentage. Only the settings of old have a name on the bus for one. */
#define SHARE(N, F, MIN, FLAGS) \
        { BYTES_ROW(N, F, MIN, FLAGS), .scale_name = N "Scale", .examples = "512M, 50%, infinity" }
#define STARTUP_BYTES(N, MIN, FLAGS) { ROW(N, bytes, MEMORY, NOWHERE, NULL), STARTUP_LIMIT(MIN, FLAGS), UNSEEN_STARTUP }
#define DEFAULT_BYTES(N, SCALE) \
        { ROW(N, bytes, MEMORY, BELOW, NULL), STARTUP_LIMIT(0, PROTECTS | PROPERTY_PASSIVE), UNSEEN_BELOW, \
          .scale_name = SCALE }
#define STARTUP_LIMIT(MIN, FLAGS) .min = MIN, .max = UINT64_MAX, .flags = FLAGS, .examples = "512M, infinity"
#define BYTES_ROW(N, F, MIN, FLAGS) ROW(N, bytes, MEMORY, FILE, F), .min = MIN, .max = UINT64_MAX, .flags = FLAGS
#define PROTECTS PROPERTY_RESET_TO_ZERO

#define EMERGENCY_ACTIONS                                                                                            \
        "none", "exit", "exit-force", "reboot", "reboot-force", "reboot-immediate", "poweroff", "poweroff-force",    \
                "poweroff-immediate", "soft-reboot", "soft-reboot-force", "kexec", "kexec-force", "halt",            \
                "halt-force", "halt-immediate"
#define JOB_MODES                                                                                                    \
        "fail", "replace", "replace-irreversibly", "isolate", "flush", "ignore-dependencies", "ignore-requirements"

/* clang-format on */

const PropertyInfo property_table[] = {
        /* systemd.resource-control(5): CPU. Its accounting needs no controller in v2: cpu.stat is in every group. */
        BOOL("CPUAccounting", NONE, MANAGER, NULL),
        IDLE_WEIGHT("CPUWeight", FILE, "cpu.weight"),
        IDLE_WEIGHT("StartupCPUWeight", NOWHERE, NULL, UNSEEN_STARTUP),
        { ROW_AS("CPUQuota", "CPUQuotaPerSecUSec", quota, CPU, FILE, "cpu.max"),
          .examples = "50%, 12.5%, 200%, infinity" },
        { ROW_AS("CPUQuotaPeriodSec", "CPUQuotaPeriodUSec", time, CPU, FILE, "cpu.max"), .examples = "100ms, 10ms, 1s",
          .flags = PROPERTY_PASSIVE | PROPERTY_MAY_BE_EMPTY },
        MASK("AllowedCPUs", EFFECTIVE, "cpuset.cpus"),
        MASK("StartupAllowedCPUs", NOWHERE, NULL, UNSEEN_STARTUP),
        MASK("AllowedMemoryNodes", EFFECTIVE, "cpuset.mems"),
        MASK("StartupAllowedMemoryNodes", NOWHERE, NULL, UNSEEN_STARTUP),
        CHOICE("CPUSetPartition", CPUSET, EFFECTIVE, "cpuset.cpus.partition", "member", "root", "isolated"),
        WATCH("CPUPressureWatch"),
        THRESHOLD("CPUPressureThreshold"),

        /* Memory */
        BOOL("MemoryAccounting", MEMORY, CONTROLLER, NULL),
        SHARE("MemoryMin", "memory.min", 0, PROTECTS),
        SHARE("MemoryLow", "memory.low", 0, PROTECTS),
        SHARE("MemoryHigh", "memory.high", 1, 0),
        SHARE("MemoryMax", "memory.max", 1, 0),
        SHARE("MemorySwapMax", "memory.swap.max", 0, 0),
        SHARE("MemoryZSwapMax", "memory.zswap.max", 0, 0),
        STARTUP_BYTES("StartupMemoryLow", 0, PROTECTS),
        STARTUP_BYTES("StartupMemoryHigh", 1, 0),
        STARTUP_BYTES("StartupMemoryMax", 1, 0),
        STARTUP_BYTES("StartupMemorySwapMax", 0, 0),
        STARTUP_BYTES("StartupMemoryZSwapMax", 0, 0),
        DEFAULT_BYTES("DefaultMemoryMin", "DefaultMemoryMinScale"),
        DEFAULT_BYTES("DefaultMemoryLow", "DefaultMemoryLowScale"),
        DEFAULT_BYTES("DefaultStartupMemoryLow", NULL),
        { ROW("MemoryZSwapWriteback", yes_no, MEMORY, FILE, "memory.zswap.writeback"),
          .flags = PROPERTY_PASSIVE | PROPERTY_ASKS_BY_NO },
        WATCH("MemoryPressureWatch"),
        THRESHOLD("MemoryPressureThreshold"),

        /* Tasks */
        BOOL("TasksAccounting", PIDS, CONTROLLER, NULL),
        { ROW("TasksMax", tasks, PIDS, FILE, "pids.max"), .scale_name = "TasksMaxScale", .min = 1, .max = UINT64_MAX,
          .examples = "512, 50%, infinity" },

        /* IO */
        BOOL("IOAccounting", IO, CONTROLLER, NULL),
        WEIGHT("IOWeight", FILE, "io.weight"),
        WEIGHT("StartupIOWeight", NOWHERE, NULL, UNSEEN_STARTUP),
        { ROW("IODeviceWeight", device_weight, IO, FILE, "io.weight"), .min = 1, .max = 10000,
          .examples = "/dev/sda 200" },
        RATE("IOReadBandwidthMax"),
        RATE("IOWriteBandwidthMax"),
        RATE("IOReadIOPSMax"),
        RATE("IOWriteIOPSMax"),
        { ROW_AS("IODeviceLatencyTargetSec", "IODeviceLatencyTargetUSec", device_latency, IO, FILE, "io.latency"),
          .max = UINT64_MAX, .examples = "/dev/sda 25ms" },
        WATCH("IOPressureWatch"),
        THRESHOLD("IOPressureThreshold"),

        /* Network: BPF programs, which a user manager may not load */
        { ROW("IPAccounting", yes_no, NONE, PROGRAM, NULL), .flags = PROPERTY_PRIVILEGED },
        BPF("IPAddressAllow", addresses, "10.0.0.0/8, ::1, localhost, any"),
        BPF("IPAddressDeny", addresses, "10.0.0.0/8, ::1, localhost, any"),
        BPF("SocketBindAllow", bind_rule, "ipv4:tcp:8080, udp:1024-2048, any"),
        BPF("SocketBindDeny", bind_rule, "ipv4:tcp:8080, udp:1024-2048, any"),
        BPF("RestrictNetworkInterfaces", interfaces, "eth0 eth1, ~wlan0"),
        { ROW("NFTSet", nft_sets, NONE, NOWHERE, NULL), .flags = PROPERTY_PRIVILEGED,
          .examples = "cgroup:inet:filter:my_set", .unseen = "the sets are nftables' own" },

        /* Programs and devices: likewise */
        BPF("IPIngressFilterPath", paths, NULL),
        BPF("IPEgressFilterPath", paths, NULL),
        { ROW("BPFProgram", program, NONE, PROGRAM, NULL), .flags = PROPERTY_PRIVILEGED,
          .examples = "egress:/sys/fs/bpf/program",
          WORDS("ingress", "egress", "sock_create", "sock_ops", "device", "bind4", "bind6", "connect4", "connect6",
                "post_bind4", "post_bind6", "sendmsg4", "sendmsg6", "sysctl", "recvmsg4", "recvmsg6", "getsockopt",
                "setsockopt") },
        BPF("DeviceAllow", device_access, "/dev/null rw, char-pts rwm"),
        { ROW("DevicePolicy", choice, NONE, PROGRAM, NULL), WORDS("auto", "closed", "strict"),
          .flags = PROPERTY_PRIVILEGED },

        /* Control groups, out of memory, dumps */
        OTHER("DisableControllers", controllers, "cpu io"),
        CHOICE("ManagedOOMSwap", NONE, OOMD, NULL, "auto", "kill"),
        CHOICE("ManagedOOMMemoryPressure", NONE, OOMD, NULL, "auto", "kill"),
        { ROW("ManagedOOMMemoryPressureLimit", fraction, NONE, OOMD, NULL), .examples = "50%, 12.5%" },
        { ROW_AS("ManagedOOMMemoryPressureDurationSec", "ManagedOOMMemoryPressureDurationUSec", time, NONE, OOMD, NULL),
          .min = USEC_PER_SEC, .examples = TIMES, .flags = PROPERTY_MAY_BE_EMPTY },
        CHOICE("ManagedOOMPreference", NONE, OOMD, NULL, "none", "avoid", "omit"),
        BOOL("CoredumpReceive", NONE, MANAGER, NULL),

        /* systemd.scope(5) */
        CHOICE("OOMPolicy", NONE, MANAGER, NULL, "continue", "stop", "kill"),
        TIME("RuntimeMax"),
        TIME("RuntimeRandomizedExtra"),
        TIME("TimeoutStop"),

        /* systemd.kill(5) */
        CHOICE("KillMode", NONE, MANAGER, NULL, "control-group", "mixed", "process", "none"),
        SIGNAL("KillSignal"),
        SIGNAL("RestartKillSignal"),
        SIGNAL("FinalKillSignal"),
        SIGNAL("WatchdogSignal"),
        BOOL("SendSIGHUP", NONE, MANAGER, NULL),
        BOOL("SendSIGKILL", NONE, MANAGER, NULL),

        /* systemd.unit(5). JobTimeoutSec is for managers to come: 252 and 257 know it, and refuse it for lack of a
         * "return" in bus_unit_set_transient_property(). */
        UNITS("After"),
        UNITS("Before"),
        UNITS("Requires"),
        UNITS("Requisite"),
        UNITS("Wants"),
        UNITS("BindsTo"),
        UNITS("PartOf"),
        UNITS("Upholds"),
        UNITS("Conflicts"),
        UNITS("OnFailure"),
        UNITS("OnSuccess"),
        UNITS("PropagatesStopTo"),
        UNITS("StopPropagatedFrom"),
        PATHS("RequiresMountsFor"),
        PATHS("WantsMountsFor"),
        OTHER("Documentation", urls, NULL),
        OTHER("SourcePath", path, NULL),
        BOOL("DefaultDependencies", NONE, MANAGER, NULL),
        BOOL("StopWhenUnneeded", NONE, MANAGER, NULL),
        BOOL("RefuseManualStart", NONE, MANAGER, NULL),
        BOOL("RefuseManualStop", NONE, MANAGER, NULL),
        BOOL("IgnoreOnIsolate", NONE, MANAGER, NULL),
        BOOL("SurviveFinalKillSignal", NONE, MANAGER, NULL),
        TIME("JobTimeout"),
        TIME("JobRunningTimeout"),
        CHOICE("JobTimeoutAction", NONE, MANAGER, NULL, EMERGENCY_ACTIONS),
        CHOICE("FailureAction", NONE, MANAGER, NULL, EMERGENCY_ACTIONS),
        CHOICE("SuccessAction", NONE, MANAGER, NULL, EMERGENCY_ACTIONS),
        CHOICE("OnFailureJobMode", NONE, MANAGER, NULL, JOB_MODES),
        CHOICE("OnSuccessJobMode", NONE, MANAGER, NULL, JOB_MODES),
};

const size_t property_table_size = ELEMENTSOF(property_table);

const char *property_option(const char *name) {
        static const struct {
                const char *name;
                const char *option;
        } options[] = {
                { "Delegate", "--delegate" },
                { "DelegateControllers", "--delegate" },
                { "DelegateSubgroup", "--leaf" },
                { "Slice", "--slice" },
                { "Description", "--description" },
                { "User", "--uid" },
                { "Group", "--gid" },
                { "CollectMode", "--collect and --no-collect" },
                { "Environment", "--setenv" },
                { "WorkingDirectory", "--working-directory" },
                { "Nice", "--nice" },
                { "PIDs", "the arguments of adopt" },
                { "PIDFDs", "the arguments of adopt" },
        };

        for (size_t i = 0; i < ELEMENTSOF(options); i++)
                if (streq(options[i].name, name))
                        return options[i].option;

        return NULL;
}
