/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the table refuses, what it proposes instead, and what it knows of the kernel. */

#include <glib.h>

#include "basic/macros.h"
#include "unit/property.h"

typedef struct Bad {
        const char *assignment;
        int error;
        const char *message;
} Bad;

static const Bad bad[] = {
        { "MemroyMax=1G", -ENOENT, "unknown property 'MemroyMax', did you mean MemoryMax?" },
        { "memorymax=1G", -ENOENT, "unknown property 'memorymax', did you mean MemoryMax?" },
        { "MemoryMax =1G", -ENOENT, "unknown property 'MemoryMax ', did you mean MemoryMax?" },
        { "MemoryLimit=1G", -ENOENT, "unknown property 'MemoryLimit', did you mean MemoryMax?" },
        { "CPUQuotaPerSecUSec=1", -ENOENT, "unknown property 'CPUQuotaPerSecUSec', did you mean CPUQuota?" },
        { "MemoryMaxScale=1", -ENOENT, "unknown property 'MemoryMaxScale', did you mean MemoryMax?" },
        { "Frobnicate=1", -ENOENT, "unknown property 'Frobnicate'" },
        { "Delegate=yes", -EOPNOTSUPP, "Delegate is set by --delegate" },
        { "Slice=a.slice", -EOPNOTSUPP, "Slice is set by --slice" },
        { "User=a", -EOPNOTSUPP, "User is set by --uid" },
        { "CollectMode=inactive", -EOPNOTSUPP, "CollectMode is set by --collect and --no-collect" },
        { "MemoryMax", -EINVAL, "'MemoryMax' is no assignment (NAME=VALUE)" },
        { "=1", -EINVAL, "'=1' is no assignment (NAME=VALUE)" },
        { "", -EINVAL, "'' is no assignment (NAME=VALUE)" },
        { "KillMode=a\nb", -EINVAL, "a property with control characters, or not in UTF-8" },
        { "KillMode=\xff", -EINVAL, "a property with control characters, or not in UTF-8" },
        { "CPUAccounting=maybe", -EINVAL, "CPUAccounting: 'maybe' is neither yes nor no" },
        { "CPUAccounting=", -EINVAL, "CPUAccounting: '' is neither yes nor no" },
        { "CPUWeight=20000", -ERANGE, "CPUWeight: 20000 is out of range 1 to 10000" },
        { "CPUWeight=0", -ERANGE, "CPUWeight: 0 is out of range 1 to 10000" },
        { "CPUWeight=-1", -ERANGE, "CPUWeight: -1 is out of range 1 to 10000" },
        { "CPUWeight=99999999999999999999", -ERANGE, "CPUWeight: 99999999999999999999 is out of range 1 to 10000" },
        { "CPUWeight=busy", -EINVAL, "CPUWeight: 'busy' is no weight (examples: 100, idle)" },
        { "IOWeight=idle", -EINVAL, "IOWeight: 'idle' is no weight (examples: 100)" },
        { "CPUQuota=0%", -ERANGE, "CPUQuota: 0% is out of range, 0.1% to 1844674407370955%" },
        { "CPUQuota=99999999999999999999%", -ERANGE,
          "CPUQuota: 99999999999999999999% is out of range, 0.1% to 1844674407370955%" },
        { "MemoryMax=18446744073709551615", -ERANGE,
          "MemoryMax: 18446744073709551615 is out of range, at least 1 and below 2^64 - 1" },
        { "TasksMax=18446744073709551615", -ERANGE,
          "TasksMax: 18446744073709551615 is out of range, at least 1 and below 2^64 - 1" },
        { "CPUQuota=0.09%", -ERANGE, "CPUQuota: 0.09% is out of range, 0.1% to 1844674407370955%" },
        { "CPUQuota=50", -EINVAL, "CPUQuota: '50' is no percentage (examples: 50%, 12.5%, 200%, infinity)" },
        { "CPUQuotaPeriodSec=fast", -EINVAL, "CPUQuotaPeriodSec: 'fast' is no time span (examples: 100ms, 10ms, 1s)" },
        { "AllowedCPUs=3-1", -EINVAL,
          "AllowedCPUs: '3-1' is no list of numbers and ranges (examples: 0-3,6 or 0 1 2)" },
        { "AllowedCPUs=99999", -ERANGE, "AllowedCPUs: '99999' has a number that is out of range" },
        { "MemoryMax=12Q", -EINVAL, "MemoryMax: '12Q' is no size (examples: 512M, 50%, infinity)" },
        { "MemoryMax=0", -ERANGE, "MemoryMax: 0 is out of range, at least 1 and below 2^64 - 1" },
        { "MemoryMax=-1", -ERANGE, "MemoryMax: -1 is out of range, at least 1 and below 2^64 - 1" },
        { "MemoryMax=18446744073709551616", -ERANGE,
          "MemoryMax: 18446744073709551616 is out of range, at least 1 and below 2^64 - 1" },
        { "MemoryMin=-1", -ERANGE, "MemoryMin: -1 is out of range, at least 0 and below 2^64 - 1" },
        { "MemoryMax=0%", -ERANGE, "MemoryMax: 0% is out of range 0.01% to 100%" },
        { "MemoryMax=101%", -ERANGE, "MemoryMax: 101% is out of range 0.01% to 100%" },
        { "MemoryMax=16E", -ERANGE, "MemoryMax: 16E is out of range, at least 1 and below 2^64 - 1" },
        { "StartupMemoryMax=50%", -EINVAL, "StartupMemoryMax: '50%': no manager takes a percentage here" },
        { "TasksMax=1K", -EINVAL, "TasksMax: '1K' is no number of tasks (examples: 512, 50%, infinity)" },
        { "TasksMax=-1", -ERANGE, "TasksMax: -1 is out of range, at least 1 and below 2^64 - 1" },
        { "TasksMax=18446744073709551616", -ERANGE,
          "TasksMax: 18446744073709551616 is out of range, at least 1 and below 2^64 - 1" },
        { "AllowedCPUs=010", -EINVAL,
          "AllowedCPUs: '010' is no list of numbers and ranges (examples: 0-3,6 or 0 1 2)" },
        { "TasksMax=0", -ERANGE, "TasksMax: 0 is out of range, at least 1 and below 2^64 - 1" },
        { "TasksMax=100%", -ERANGE, "TasksMax: 100% is out of range 0.01% to 99.99%" },
        { "IOReadBandwidthMax=sda 1M", -EINVAL, "IOReadBandwidthMax: 'sda' is no absolute device path" },
        { "IOReadBandwidthMax=/dev/../sda 1M", -EINVAL,
          "IOReadBandwidthMax: '/dev/../sda' is no absolute device path" },
        { "IOReadBandwidthMax=/dev/sda", -EINVAL,
          "IOReadBandwidthMax: nothing follows '/dev/sda' (examples: /dev/sda 1M)" },
        { "IOReadBandwidthMax=/dev/sda fast", -EINVAL,
          "IOReadBandwidthMax: 'fast' is no rate (examples: /dev/sda 1M)" },
        { "IOReadBandwidthMax=/dev/sda 0", -ERANGE, "IOReadBandwidthMax: 0 is out of range" },
        { "IODeviceWeight=/dev/sda 0", -ERANGE, "IODeviceWeight: 0 is out of range 1 to 10000" },
        { "IODeviceLatencyTargetSec=/dev/sda x", -EINVAL,
          "IODeviceLatencyTargetSec: 'x' is no time span (examples: /dev/sda 25ms)" },
        { "IPAddressAllow=10.0.0.0/33", -EINVAL,
          "IPAddressAllow: '10.0.0.0/33' is no network (examples: 10.0.0.0/8, ::1, localhost, any)" },
        { "IPAddressAllow=example.com", -EINVAL,
          "IPAddressAllow: 'example.com' is no network (examples: 10.0.0.0/8, ::1, localhost, any)" },
        { "SocketBindAllow=tcp:ipv4", -EINVAL,
          "SocketBindAllow: 'tcp:ipv4' is no rule (examples: ipv4:tcp:8080, udp:1024-2048, any)" },
        { "SocketBindAllow=80:81", -EINVAL,
          "SocketBindAllow: '80:81' is no rule (examples: ipv4:tcp:8080, udp:1024-2048, any)" },
        { "SocketBindAllow=tcp:65536", -ERANGE, "SocketBindAllow: port 65536 is out of range 1 to 65535" },
        { "SocketBindAllow=tcp:0", -ERANGE, "SocketBindAllow: port 0 is out of range 1 to 65535" },
        { "RestrictNetworkInterfaces=a/b", -EINVAL, "RestrictNetworkInterfaces: 'a/b' is no network interface" },
        { "NFTSet=cgroup:inet:filter", -EINVAL,
          "NFTSet: 'cgroup:inet:filter' is no set (examples: cgroup:inet:filter:my_set)" },
        { "NFTSet=cgroup:inet:a:b cgroup:ipx:a:b", -EINVAL,
          "NFTSet: 'cgroup:ipx:a:b' is no set (examples: cgroup:inet:filter:my_set)" },
        { "IPIngressFilterPath=bpf", -EINVAL, "IPIngressFilterPath: 'bpf' is no absolute and plain path" },
        { "BPFProgram=egress", -EINVAL, "BPFProgram: 'egress' is no TYPE:PATH (examples: egress:/sys/fs/bpf/program)" },
        { "BPFProgram=x:/a", -EINVAL, "BPFProgram: 'x' is no type of program (examples: egress:/sys/fs/bpf/program)" },
        { "BPFProgram=egress:a", -EINVAL, "BPFProgram: 'a' is no absolute and plain path" },
        { "DeviceAllow=null rw", -EINVAL,
          "DeviceAllow: 'null' is neither a device below /dev nor a class (char-NAME, block-NAME)" },
        { "DeviceAllow=/dev/null rx", -EINVAL, "DeviceAllow: 'rx' is no access, made of the letters r, w and m" },
        { "DevicePolicy=open", -EINVAL, "DevicePolicy: 'open' is none of auto, closed, strict" },
        { "DevicePolicy=", -EINVAL, "DevicePolicy: '' is none of auto, closed, strict" },
        { "DisableControllers=bogus", -EINVAL,
          "DisableControllers: 'bogus' is no controller (examples: cpu, io, memory)" },
        { "ManagedOOMMemoryPressureLimit=101%", -ERANGE,
          "ManagedOOMMemoryPressureLimit: 101% is out of range 0% to 100%" },
        { "ManagedOOMMemoryPressureDurationSec=10ms", -ERANGE,
          "ManagedOOMMemoryPressureDurationSec: 10ms is out of range, at least 1000000us" },
        { "TimeoutStopSec=", -EINVAL, "TimeoutStopSec: '' is no time span (examples: 30s, 1min 30s, 500ms)" },
        { "KillSignal=SIGFOO", -EINVAL, "KillSignal: 'SIGFOO' is no signal (examples: SIGTERM, TERM, 15)" },
        { "KillSignal=65", -ERANGE, "KillSignal: 65 is out of range of signals" },
        { "After=basic", -EINVAL, "After: 'basic' is no unit name (examples: network.target, foo.service)" },
        { "After='a.service", -EINVAL, "After: a quote is not closed in ''a.service'" },
        { "Documentation=gopher://a", -EINVAL,
          "Documentation: 'gopher://a' is no address (examples: man:foo(1), https://example.com/)" },
        { "SourcePath=etc", -EINVAL, "SourcePath: 'etc' is no absolute and plain path" },
};

static void test_bad(void) {
        _cleanup_(property_list_done) PropertyList list = {};

        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                _cleanup_trouble_ Trouble trouble = {};

                g_assert_cmpint(property_list_add(&list, bad[i].assignment, &trouble), ==, bad[i].error);
                g_assert_cmpstr(trouble.cause, ==, bad[i].message);
                g_assert_cmpuint(list.n_items, ==, 0);

                /* Who does not ask for the trouble.cause gets the same. */
                g_assert_cmpint(property_list_add(&list, bad[i].assignment, NULL), ==, bad[i].error);
        }
}

static void test_nearest(void) {
        static const struct {
                const char *name;
                const char *nearest;
        } rows[] = {
                { "MemoryMaks", "MemoryMax" },
                { "TaskMax", "TasksMax" },
                { "CPUWieght", "CPUWeight" },
                { "AllowedCpus", "AllowedCPUs" },
                { "KilMode", "KillMode" },
                { "BlockIOWeight", "IOWeight" },
                { "memory", "MemoryMax" },
                { "Timeout", "RuntimeMaxSec" },
                { "RuntimeMaxUSec", "RuntimeMaxSec" },
                { "IOReadIOPSMx", "IOReadIOPSMax" },
                { "x", NULL },
                { "", NULL },
                { "Environmental", NULL },
                { "AVeryLongNameThatNoSettingHasAndThatIsLongerThanWhatIsComparedAtAll", NULL },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                g_assert_cmpstr(property_nearest(rows[i].name), ==, rows[i].nearest);
}

static void test_kernel(void) {
        static const struct {
                const char *assignment;
                Controller controller;
                const char *file;
                bool needs;
        } rows[] = {
                { "MemoryMax=1G", CONTROLLER_MEMORY, "memory.max", true },
                { "MemoryMax=50%", CONTROLLER_MEMORY, "memory.max", true },
                { "MemoryMax=infinity", CONTROLLER_MEMORY, "memory.max", false },
                { "MemorySwapMax=0", CONTROLLER_MEMORY, "memory.swap.max", true },
                { "MemorySwapMax=0%", CONTROLLER_MEMORY, "memory.swap.max", true },
                { "MemoryMin=0", CONTROLLER_MEMORY, "memory.min", false },
                { "MemoryMin=0%", CONTROLLER_MEMORY, "memory.min", false },
                { "MemoryMin=1M", CONTROLLER_MEMORY, "memory.min", true },
                { "DefaultMemoryMin=1M", CONTROLLER_MEMORY, NULL, false },
                { "MemoryAccounting=yes", CONTROLLER_MEMORY, NULL, true },
                { "MemoryAccounting=no", CONTROLLER_MEMORY, NULL, false },
                { "CPUAccounting=yes", _CONTROLLER_INVALID, NULL, false },
                { "CPUWeight=idle", CONTROLLER_CPU, "cpu.weight", true },
                { "CPUQuota=10%", CONTROLLER_CPU, "cpu.max", true },
                { "CPUQuota=", CONTROLLER_CPU, "cpu.max", false },
                { "CPUQuotaPeriodSec=10ms", CONTROLLER_CPU, "cpu.max", false },
                { "AllowedCPUs=0", CONTROLLER_CPUSET, "cpuset.cpus", true },
                { "AllowedCPUs=", CONTROLLER_CPUSET, "cpuset.cpus", false },
                { "IOWeight=10", CONTROLLER_IO, "io.weight", true },
                { "IOReadIOPSMax=/dev/sda 1", CONTROLLER_IO, "io.max", true },
                { "IOReadIOPSMax=", CONTROLLER_IO, "io.max", false },
                { "TasksMax=1", CONTROLLER_PIDS, "pids.max", true },
                { "IPAddressDeny=any", _CONTROLLER_INVALID, NULL, false },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_(property_list_done) PropertyList list = {};
                const PropertyInfo *info;

                g_assert_cmpint(property_list_add(&list, rows[i].assignment, NULL), ==, 0);
                info = list.items[0].info;
                g_assert_cmpint(property_info_controller(info), ==, rows[i].controller);
                g_assert_cmpstr(property_info_file(info), ==, rows[i].file);
                g_assert_cmpint(property_value_needs_controller(&list.items[0]), ==, rows[i].needs);
        }
}

/* Needs a manager that may load BPF programs: but not to take nothing back. */
static void test_privileges(void) {
        static const struct {
                const char *assignment;
                bool needs;
        } rows[] = {
                { "IPAddressDeny=any", true },
                { "IPAddressDeny=", false },
                { "IPAccounting=yes", true },
                { "IPAccounting=no", false },
                { "DevicePolicy=closed", true },
                { "DevicePolicy=auto", false },
                { "DeviceAllow=/dev/null rw", true },
                { "DeviceAllow=", false },
                { "SocketBindDeny=any", true },
                { "IPIngressFilterPath=/sys/fs/bpf/x", true },
                { "MemoryMax=1G", false },
                { "RuntimeMaxSec=1s", false },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_(property_list_done) PropertyList list = {};

                g_assert_cmpint(property_list_add(&list, rows[i].assignment, NULL), ==, 0);
                g_assert_cmpint(property_value_needs_privileges(&list.items[0]), ==, rows[i].needs);
        }
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/property/bad", test_bad);
        g_test_add_func("/property/nearest", test_nearest);
        g_test_add_func("/property/kernel", test_kernel);
        g_test_add_func("/property/privileges", test_privileges);

        return g_test_run();
}
