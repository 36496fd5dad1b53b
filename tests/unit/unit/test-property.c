/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Each row of the table, from the text through the parser and the trouble.cause to what the manager reads. */

#include <glib.h>
#include <inttypes.h>
#include <sys/socket.h>

#include "basic/macros.h"
#include "systemd/property-encode.h"
#include "unit/property.h"

typedef struct Good {
        const char *assignment;
        const char *bus_name;
        const char *signature;
        const char *content; /* as dump_value() writes it */
} Good;

#define INFINITE "18446744073709551615"

/* At least one per row: test_every_row() sees to it. The first of each was taken by real managers. */
static const Good good[] = {
        { "CPUAccounting=yes", "CPUAccounting", "b", "true" },
        { "CPUWeight=200", "CPUWeight", "t", "200" },
        { "CPUWeight=idle", "CPUWeight", "t", "0" },
        { "CPUWeight=1", "CPUWeight", "t", "1" },
        { "CPUWeight=10000", "CPUWeight", "t", "10000" },
        { "CPUWeight=", "CPUWeight", "t", INFINITE },
        { "StartupCPUWeight=300", "StartupCPUWeight", "t", "300" },
        { "CPUQuota=50%", "CPUQuotaPerSecUSec", "t", "500000" },
        { "CPUQuota=12.5%", "CPUQuotaPerSecUSec", "t", "125000" },
        { "CPUQuota=33.33%", "CPUQuotaPerSecUSec", "t", "333300" },
        { "CPUQuota=33.3333%", "CPUQuotaPerSecUSec", "t", "333333" },
        { "CPUQuota=0.1%", "CPUQuotaPerSecUSec", "t", "1000" },
        { "CPUQuota=infinity", "CPUQuotaPerSecUSec", "t", INFINITE },
        { "CPUQuota=400%", "CPUQuotaPerSecUSec", "t", "4000000" },
        { "CPUQuota=", "CPUQuotaPerSecUSec", "t", INFINITE },
        { "CPUQuotaPeriodSec=10ms", "CPUQuotaPeriodUSec", "t", "10000" },
        { "CPUQuotaPeriodSec=", "CPUQuotaPeriodUSec", "t", INFINITE },
        { "AllowedCPUs=0", "AllowedCPUs", "ay", "[1]" },
        { "AllowedCPUs=0-3,6", "AllowedCPUs", "ay", "[79]" },
        { "AllowedCPUs=0 8", "AllowedCPUs", "ay", "[1 1]" },
        { "AllowedCPUs=", "AllowedCPUs", "ay", "[]" },
        { "StartupAllowedCPUs=0", "StartupAllowedCPUs", "ay", "[1]" },
        { "AllowedMemoryNodes=0", "AllowedMemoryNodes", "ay", "[1]" },
        { "StartupAllowedMemoryNodes=0", "StartupAllowedMemoryNodes", "ay", "[1]" },
        { "CPUSetPartition=member", "CPUSetPartition", "s", "'member'" },
        { "CPUPressureWatch=yes", "CPUPressureWatch", "s", "'on'" },
        { "CPUPressureThresholdSec=100ms", "CPUPressureThresholdUSec", "t", "100000" },
        { "MemoryAccounting=1", "MemoryAccounting", "b", "true" },
        { "MemoryAccounting=off", "MemoryAccounting", "b", "false" },
        { "MemoryMin=1M", "MemoryMin", "t", "1048576" },
        { "MemoryMin=10%", "MemoryMinScale", "u", "429496730" },
        { "MemoryMin=0%", "MemoryMinScale", "u", "0" },
        { "MemoryMin=", "MemoryMin", "t", "0" },
        { "MemoryLow=2M", "MemoryLow", "t", "2097152" },
        { "MemoryLow=10%", "MemoryLowScale", "u", "429496730" },
        { "MemoryLow=", "MemoryLow", "t", "0" },
        { "MemoryHigh=1G", "MemoryHigh", "t", "1073741824" },
        { "MemoryHigh=25%", "MemoryHighScale", "u", "1073741824" },
        { "MemoryMax=1.5G", "MemoryMax", "t", "1610612736" },
        { "MemoryMax=50%", "MemoryMaxScale", "u", "2147483648" },
        { "MemoryMax=33.33%", "MemoryMaxScale", "u", "1431512599" },
        { "MemoryMax=100%", "MemoryMaxScale", "u", "4294967295" },
        { "MemoryMax=infinity", "MemoryMax", "t", INFINITE },
        { "MemoryMax=", "MemoryMax", "t", INFINITE },
        { "MemorySwapMax=0", "MemorySwapMax", "t", "0" },
        { "MemorySwapMax=50%", "MemorySwapMaxScale", "u", "2147483648" },
        { "MemoryZSwapMax=1M", "MemoryZSwapMax", "t", "1048576" },
        { "MemoryZSwapMax=50%", "MemoryZSwapMaxScale", "u", "2147483648" },
        { "StartupMemoryLow=1M", "StartupMemoryLow", "t", "1048576" },
        { "StartupMemoryHigh=1G", "StartupMemoryHigh", "t", "1073741824" },
        { "StartupMemoryMax=1G", "StartupMemoryMax", "t", "1073741824" },
        { "StartupMemorySwapMax=1G", "StartupMemorySwapMax", "t", "1073741824" },
        { "StartupMemoryZSwapMax=1G", "StartupMemoryZSwapMax", "t", "1073741824" },
        { "DefaultMemoryMin=1M", "DefaultMemoryMin", "t", "1048576" },
        { "DefaultMemoryMin=10%", "DefaultMemoryMinScale", "u", "429496730" },
        { "DefaultMemoryLow=1M", "DefaultMemoryLow", "t", "1048576" },
        { "DefaultMemoryLow=10%", "DefaultMemoryLowScale", "u", "429496730" },
        { "DefaultStartupMemoryLow=1M", "DefaultStartupMemoryLow", "t", "1048576" },
        { "MemoryZSwapWriteback=no", "MemoryZSwapWriteback", "b", "false" },
        { "MemoryPressureWatch=auto", "MemoryPressureWatch", "s", "'auto'" },
        { "MemoryPressureWatch=no", "MemoryPressureWatch", "s", "'off'" },
        { "MemoryPressureWatch=", "MemoryPressureWatch", "s", "''" },
        { "MemoryPressureThresholdSec=200ms", "MemoryPressureThresholdUSec", "t", "200000" },
        { "TasksAccounting=yes", "TasksAccounting", "b", "true" },
        { "TasksMax=512", "TasksMax", "t", "512" },
        { "TasksMax=50%", "TasksMaxScale", "u", "2147483648" },
        { "TasksMax=infinity", "TasksMax", "t", INFINITE },
        { "IOAccounting=yes", "IOAccounting", "b", "true" },
        { "IOWeight=100", "IOWeight", "t", "100" },
        { "StartupIOWeight=100", "StartupIOWeight", "t", "100" },
        { "IODeviceWeight=/dev/null 200", "IODeviceWeight", "a(st)", "[('/dev/null' 200)]" },
        { "IOReadBandwidthMax=/dev/null 1M", "IOReadBandwidthMax", "a(st)", "[('/dev/null' 1000000)]" },
        { "IOReadBandwidthMax=/dev/null infinity", "IOReadBandwidthMax", "a(st)", "[('/dev/null' " INFINITE ")]" },
        { "IOReadBandwidthMax=", "IOReadBandwidthMax", "a(st)", "[]" },
        { "IOWriteBandwidthMax=/dev/null 1.5K", "IOWriteBandwidthMax", "a(st)", "[('/dev/null' 1500)]" },
        { "IOReadIOPSMax=/dev/null 1K", "IOReadIOPSMax", "a(st)", "[('/dev/null' 1000)]" },
        { "IOWriteIOPSMax=/dev/null 100", "IOWriteIOPSMax", "a(st)", "[('/dev/null' 100)]" },
        { "IODeviceLatencyTargetSec=/dev/null 25ms", "IODeviceLatencyTargetUSec", "a(st)", "[('/dev/null' 25000)]" },
        { "IODeviceLatencyTargetSec=", "IODeviceLatencyTargetUSec", "a(st)", "[]" },
        { "IOPressureWatch=skip", "IOPressureWatch", "s", "'skip'" },
        { "IOPressureThresholdSec=1s", "IOPressureThresholdUSec", "t", "1000000" },
        { "IPAccounting=no", "IPAccounting", "b", "false" },
        { "IPAddressAllow=10.0.0.0/8 ::1", "IPAddressAllow", "a(iayu)",
          "[(2 [10 0 0 0] 8) (10 [0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1] 128)]" },
        { "IPAddressAllow=link-local 192.168.1.1", "IPAddressAllow", "a(iayu)",
          "[(2 [169 254 0 0] 16) (10 [254 128 0 0 0 0 0 0 0 0 0 0 0 0 0 0] 64) (2 [192 168 1 1] 32)]" },
        { "IPAddressAllow=multicast", "IPAddressAllow", "a(iayu)",
          "[(2 [224 0 0 0] 4) (10 [255 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0] 8)]" },
        { "IPAddressAllow=localhost", "IPAddressAllow", "a(iayu)",
          "[(2 [127 0 0 0] 8) (10 [0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1] 128)]" },
        { "IPAddressAllow=", "IPAddressAllow", "a(iayu)", "[]" },
        { "IPAddressDeny=any", "IPAddressDeny", "a(iayu)",
          "[(2 [0 0 0 0] 0) (10 [0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0] 0)]" },
        { "SocketBindAllow=ipv4:tcp:8080", "SocketBindAllow", "a(iiqq)", "[(2 6 1 8080)]" },
        { "SocketBindAllow=ipv6:udp:any", "SocketBindAllow", "a(iiqq)", "[(10 17 0 0)]" },
        { "SocketBindAllow=1-65535", "SocketBindAllow", "a(iiqq)", "[(0 0 65535 1)]" },
        { "SocketBindAllow=tcp", "SocketBindAllow", "a(iiqq)", "[(0 6 0 0)]" },
        { "SocketBindAllow=", "SocketBindAllow", "a(iiqq)", "[]" },
        { "SocketBindDeny=any", "SocketBindDeny", "a(iiqq)", "[(0 0 0 0)]" },
        { "RestrictNetworkInterfaces=lo eth0", "RestrictNetworkInterfaces", "(bas)", "(true ['lo' 'eth0'])" },
        { "RestrictNetworkInterfaces=~eth1", "RestrictNetworkInterfaces", "(bas)", "(false ['eth1'])" },
        { "RestrictNetworkInterfaces=", "RestrictNetworkInterfaces", "(bas)", "(true [])" },
        { "NFTSet=cgroup:inet:filter:my_set user:ip6:t:s", "NFTSet", "a(iiss)",
          "[(3 1 'filter' 'my_set') (4 10 't' 's')]" },
        { "NFTSet=", "NFTSet", "a(iiss)", "[]" },
        { "IPIngressFilterPath=/sys/fs/bpf/in", "IPIngressFilterPath", "as", "['/sys/fs/bpf/in']" },
        { "IPEgressFilterPath=/sys/fs/bpf/out", "IPEgressFilterPath", "as", "['/sys/fs/bpf/out']" },
        { "BPFProgram=egress:/sys/fs/bpf/prog", "BPFProgram", "a(ss)", "[('egress' '/sys/fs/bpf/prog')]" },
        { "BPFProgram=", "BPFProgram", "a(ss)", "[]" },
        { "DeviceAllow=/dev/null rw", "DeviceAllow", "a(ss)", "[('/dev/null' 'rw')]" },
        { "DeviceAllow=char-pts", "DeviceAllow", "a(ss)", "[('char-pts' '')]" },
        { "DeviceAllow=block-* rwm", "DeviceAllow", "a(ss)", "[('block-*' 'rwm')]" },
        { "DeviceAllow=", "DeviceAllow", "a(ss)", "[]" },
        { "DevicePolicy=auto", "DevicePolicy", "s", "'auto'" },
        { "DevicePolicy=closed", "DevicePolicy", "s", "'closed'" },
        { "DisableControllers=io memory", "DisableControllers", "as", "['io' 'memory']" },
        { "ManagedOOMSwap=kill", "ManagedOOMSwap", "s", "'kill'" },
        { "ManagedOOMMemoryPressure=auto", "ManagedOOMMemoryPressure", "s", "'auto'" },
        { "ManagedOOMMemoryPressureLimit=50%", "ManagedOOMMemoryPressureLimit", "u", "2147483648" },
        { "ManagedOOMMemoryPressureDurationSec=20s", "ManagedOOMMemoryPressureDurationUSec", "t", "20000000" },
        { "ManagedOOMMemoryPressureDurationSec=", "ManagedOOMMemoryPressureDurationUSec", "t", INFINITE },
        { "ManagedOOMPreference=avoid", "ManagedOOMPreference", "s", "'avoid'" },
        { "CoredumpReceive=yes", "CoredumpReceive", "b", "true" },

        { "OOMPolicy=kill", "OOMPolicy", "s", "'kill'" },
        { "RuntimeMaxSec=1h", "RuntimeMaxUSec", "t", "3600000000" },
        { "RuntimeMaxSec=infinity", "RuntimeMaxUSec", "t", INFINITE },
        { "RuntimeRandomizedExtraSec=5", "RuntimeRandomizedExtraUSec", "t", "5000000" },
        { "TimeoutStopSec=1min 30s", "TimeoutStopUSec", "t", "90000000" },

        { "KillMode=mixed", "KillMode", "s", "'mixed'" },
        { "KillSignal=SIGINT", "KillSignal", "i", "2" },
        { "RestartKillSignal=HUP", "RestartKillSignal", "i", "1" },
        { "FinalKillSignal=9", "FinalKillSignal", "i", "9" },
        { "WatchdogSignal=ABRT", "WatchdogSignal", "i", "6" },
        { "SendSIGHUP=true", "SendSIGHUP", "b", "true" },
        { "SendSIGKILL=f", "SendSIGKILL", "b", "false" },

        { "After=basic.target network.target", "After", "as", "['basic.target' 'network.target']" },
        { "After=", "After", "as", "[]" },
        { "After=dev-disk-by\\x2duuid-1.device", "After", "as", "['dev-disk-by\\x2duuid-1.device']" },
        { "Before=shutdown.target", "Before", "as", "['shutdown.target']" },
        { "Requires=basic.target", "Requires", "as", "['basic.target']" },
        { "Requisite=basic.target", "Requisite", "as", "['basic.target']" },
        { "Wants=basic.target", "Wants", "as", "['basic.target']" },
        { "BindsTo=basic.target", "BindsTo", "as", "['basic.target']" },
        { "PartOf=user@1000.service", "PartOf", "as", "['user@1000.service']" },
        { "Upholds=basic.target", "Upholds", "as", "['basic.target']" },
        { "Conflicts=shutdown.target", "Conflicts", "as", "['shutdown.target']" },
        { "OnFailure=a.service", "OnFailure", "as", "['a.service']" },
        { "OnSuccess=a.service", "OnSuccess", "as", "['a.service']" },
        { "PropagatesStopTo=a.service", "PropagatesStopTo", "as", "['a.service']" },
        { "StopPropagatedFrom=a.service", "StopPropagatedFrom", "as", "['a.service']" },
        { "RequiresMountsFor=/ /tmp", "RequiresMountsFor", "as", "['/' '/tmp']" },
        { "WantsMountsFor='/tmp/a b'", "WantsMountsFor", "as", "['/tmp/a b']" },
        { "Documentation=man:cgscope(1) https://example.com/", "Documentation", "as",
          "['man:cgscope(1)' 'https://example.com/']" },
        { "SourcePath=/etc/fstab", "SourcePath", "s", "'/etc/fstab'" },
        { "DefaultDependencies=no", "DefaultDependencies", "b", "false" },
        { "StopWhenUnneeded=no", "StopWhenUnneeded", "b", "false" },
        { "RefuseManualStart=no", "RefuseManualStart", "b", "false" },
        { "RefuseManualStop=no", "RefuseManualStop", "b", "false" },
        { "IgnoreOnIsolate=yes", "IgnoreOnIsolate", "b", "true" },
        { "SurviveFinalKillSignal=no", "SurviveFinalKillSignal", "b", "false" },
        { "JobTimeoutSec=1min", "JobTimeoutUSec", "t", "60000000" },
        { "JobRunningTimeoutSec=1min", "JobRunningTimeoutUSec", "t", "60000000" },
        { "JobTimeoutAction=none", "JobTimeoutAction", "s", "'none'" },
        { "FailureAction=none", "FailureAction", "s", "'none'" },
        { "SuccessAction=none", "SuccessAction", "s", "'none'" },
        { "OnFailureJobMode=replace", "OnFailureJobMode", "s", "'replace'" },
        { "OnSuccessJobMode=fail", "OnSuccessJobMode", "s", "'fail'" },
};

static void dump_basic(sd_bus_message *m, char type, GString *text) {
        union {
                uint8_t y;
                uint16_t q;
                int b;
                int32_t i;
                uint32_t u;
                uint64_t t;
                const char *s;
        } v;

        g_assert_cmpint(sd_bus_message_read_basic(m, type, &v), >, 0);

        switch (type) {
        case 'b':
                g_string_append(text, v.b ? "true" : "false");
                break;
        case 's':
                g_string_append_printf(text, "'%s'", v.s);
                break;
        case 'y':
                g_string_append_printf(text, "%u", (unsigned) v.y);
                break;
        case 'q':
                g_string_append_printf(text, "%u", (unsigned) v.q);
                break;
        case 'i':
                g_string_append_printf(text, "%" PRIi32, v.i);
                break;
        case 'u':
                g_string_append_printf(text, "%" PRIu32, v.u);
                break;
        case 't':
                g_string_append_printf(text, "%" PRIu64, v.t);
                break;
        default:
                g_assert_not_reached();
        }
}

/* What stands at the place of reading, up to the end of its container: "[…]" an array, "(…)" a structure. */
static void dump_value(sd_bus_message *m, GString *text) {
        const char *contents;
        bool first = true;
        char type;

        while (sd_bus_message_peek_type(m, &type, &contents) > 0) {
                if (!first)
                        g_string_append_c(text, ' ');
                first = false;

                if (!contents) {
                        dump_basic(m, type, text);
                        continue;
                }

                g_assert_cmpint(sd_bus_message_enter_container(m, type, contents), >, 0);
                g_string_append_c(text, type == 'a' ? '[' : '(');
                dump_value(m, text);
                g_string_append_c(text, type == 'a' ? ']' : ')');
                g_assert_cmpint(sd_bus_message_exit_container(m), >=, 0);
        }
}

/* A bus with nobody at the other end: sd-bus makes messages for a started one only. */
static sd_bus *make_bus(int *ret_peer) {
        sd_bus *bus = NULL;
        int fds[2];

        g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), ==, 0);
        g_assert_cmpint(sd_bus_new(&bus), >=, 0);
        g_assert_cmpint(sd_bus_set_fd(bus, fds[0], fds[0]), >=, 0);
        g_assert_cmpint(sd_bus_start(bus), >=, 0);

        *ret_peer = fds[1];
        return bus;
}

static void check_encoding(sd_bus *bus, const Good *row, const PropertyValue *value) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        g_autoptr(GString) text = g_string_new(NULL);
        const char *name, *contents;
        char type;

        g_assert_cmpint(sd_bus_message_new_method_call(bus, &m, "a.b", "/", "a.b", "C"), >=, 0);
        g_assert_cmpint(sd_bus_message_open_container(m, 'a', "(sv)"), >=, 0);
        g_assert_cmpint(property_value_append(m, value), >=, 0);
        g_assert_cmpint(sd_bus_message_close_container(m), >=, 0);
        g_assert_cmpint(sd_bus_message_seal(m, 1, 0), >=, 0);

        g_assert_cmpint(sd_bus_message_enter_container(m, 'a', "(sv)"), >, 0);
        g_assert_cmpint(sd_bus_message_enter_container(m, 'r', "sv"), >, 0);
        g_assert_cmpint(sd_bus_message_read(m, "s", &name), >, 0);
        g_assert_cmpstr(name, ==, row->bus_name);
        g_assert_cmpint(sd_bus_message_peek_type(m, &type, &contents), >, 0);
        g_assert_cmpstr(contents, ==, row->signature);
        g_assert_cmpint(sd_bus_message_enter_container(m, 'v', contents), >, 0);
        dump_value(m, text);
        g_assert_cmpstr(text->str, ==, row->content);
}

static void test_good(void) {
        sd_bus *bus;
        int peer;

        bus = make_bus(&peer);

        for (size_t i = 0; i < ELEMENTSOF(good); i++) {
                _cleanup_(property_list_done) PropertyList list = {};
                _cleanup_trouble_ Trouble trouble = {};
                int r;

                g_test_message("%s", good[i].assignment);
                r = property_list_add(&list, good[i].assignment, &trouble);
                g_assert_cmpstr(trouble.cause, ==, NULL);
                g_assert_cmpint(r, ==, 0);
                g_assert_cmpuint(list.n_items, ==, 1);
                g_assert_cmpstr(list.items[0].bus_name, ==, good[i].bus_name);
                check_encoding(bus, &good[i], &list.items[0]);
        }

        sd_bus_close(bus);
        sd_bus_unref(bus);
        close(peer);
}

static void test_list(void) {
        _cleanup_(property_list_done) PropertyList list = {};

        g_assert_cmpint(property_list_add(&list, "TasksMax=5", NULL), ==, 0);
        g_assert_cmpint(property_list_add(&list, "After=a.service b.service", NULL), ==, 0);
        g_assert_cmpint(property_list_add(&list, "Nonsense=1", NULL), ==, -ENOENT);
        g_assert_cmpint(property_list_add(&list, "TasksMax=6", NULL), ==, 0);

        /* In the order they were given, which is the order they count in; repeats stay. */
        g_assert_cmpuint(list.n_items, ==, 3);
        g_assert_cmpuint(list.items[0].uint64, ==, 5);
        g_assert_cmpstr(list.items[1].strings[1], ==, "b.service");
        g_assert_cmpuint(list.items[2].uint64, ==, 6);
        g_assert_true(list.items[0].info == property_find("TasksMax"));

        property_list_done(&list);
        g_assert_cmpuint(list.n_items, ==, 0);
        g_assert_null(list.items);
}

static void check_row(const char *name, void *userdata) {
        size_t *n_rows = userdata, length = strlen(name);
        bool found = false;

        for (size_t i = 0; i < ELEMENTSOF(good) && !found; i++)
                found = g_str_has_prefix(good[i].assignment, name) && good[i].assignment[length] == '=';

        if (!found)
                g_error("no example for %s", name);

        g_assert_cmpstr(property_info_name(property_find(name)), ==, name);
        g_assert_cmpstr(property_nearest(name), ==, name);
        (*n_rows)++;
}

static void test_every_row(void) {
        size_t n_rows = 0;

        property_foreach(check_row, &n_rows);
        g_assert_cmpuint(n_rows, >, 100);
        g_assert_null(property_find("Delegate"));
        g_assert_null(property_find(""));
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/property/good", test_good);
        g_test_add_func("/property/list", test_list);
        g_test_add_func("/property/every-row", test_every_row);

        return g_test_run();
}
