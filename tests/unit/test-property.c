/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Each row of the table, from the text through the parser and the message to what the manager reads. */

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
        { "CPUWeight=99999999999999999999", -ERANGE,
          "CPUWeight: 99999999999999999999 is out of range 1 to 10000" },
        { "CPUWeight=busy", -EINVAL, "CPUWeight: 'busy' is no weight (examples: 100, idle)" },
        { "IOWeight=idle", -EINVAL, "IOWeight: 'idle' is no weight (examples: 100)" },
        { "CPUQuota=0%", -ERANGE, "CPUQuota: 0% is out of range, above 0% and at most 21474836%" },
        { "CPUQuota=50", -EINVAL, "CPUQuota: '50' is no percentage (examples: 50%, 12.5%, 200%)" },
        { "CPUQuotaPeriodSec=fast", -EINVAL,
          "CPUQuotaPeriodSec: 'fast' is no time span (examples: 100ms, 10ms, 1s)" },
        { "AllowedCPUs=3-1", -EINVAL,
          "AllowedCPUs: '3-1' is no list of numbers and ranges (examples: 0-3,6 or 0 1 2)" },
        { "AllowedCPUs=99999", -ERANGE, "AllowedCPUs: '99999' has a number that is out of range" },
        { "MemoryMax=12Q", -EINVAL, "MemoryMax: '12Q' is no size (examples: 512M, 50%, infinity)" },
        { "MemoryMax=0", -ERANGE, "MemoryMax: 0 is out of range, at least 1 and below 2^64" },
        { "MemoryMax=0%", -ERANGE, "MemoryMax: 0% is out of range 0.01% to 100%" },
        { "MemoryMax=101%", -ERANGE, "MemoryMax: 101% is out of range 0.01% to 100%" },
        { "MemoryMax=16E", -ERANGE, "MemoryMax: 16E is out of range, at least 1 and below 2^64" },
        { "StartupMemoryMax=50%", -EINVAL, "StartupMemoryMax: '50%': no manager takes a percentage here" },
        { "TasksMax=1K", -EINVAL, "TasksMax: '1K' is no number of tasks (examples: 512, 50%, infinity)" },
        { "TasksMax=0", -ERANGE, "TasksMax: 0 is out of range, at least 1 and below 2^64" },
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
        { "BPFProgram=egress", -EINVAL,
          "BPFProgram: 'egress' is no TYPE:PATH (examples: egress:/sys/fs/bpf/program)" },
        { "BPFProgram=x:/a", -EINVAL,
          "BPFProgram: 'x' is no type of program (examples: egress:/sys/fs/bpf/program)" },
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
        { "TimeoutStopSec=", -EINVAL,
          "TimeoutStopSec: '' is no time span (examples: 30s, 1min 30s, 500ms)" },
        { "KillSignal=SIGFOO", -EINVAL, "KillSignal: 'SIGFOO' is no signal (examples: SIGTERM, TERM, 15)" },
        { "KillSignal=65", -ERANGE, "KillSignal: 65 is out of range of signals" },
        { "After=basic", -EINVAL,
          "After: 'basic' is no unit name (examples: network.target, foo.service)" },
        { "After='a.service", -EINVAL, "After: a quote is not closed in ''a.service'" },
        { "Documentation=gopher://a", -EINVAL,
          "Documentation: 'gopher://a' is no address (examples: man:foo(1), https://example.com/)" },
        { "SourcePath=etc", -EINVAL, "SourcePath: 'etc' is no absolute and plain path" },
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
                _cleanup_free_ char *message = NULL;
                int r;

                g_test_message("%s", good[i].assignment);
                r = property_list_add(&list, good[i].assignment, &message);
                g_assert_cmpstr(message, ==, NULL);
                g_assert_cmpint(r, ==, 0);
                g_assert_cmpuint(list.n_items, ==, 1);
                g_assert_cmpstr(list.items[0].bus_name, ==, good[i].bus_name);
                g_assert_cmpstr(list.items[0].signature, ==, good[i].signature);
                check_encoding(bus, &good[i], &list.items[0]);
        }

        sd_bus_close(bus);
        sd_bus_unref(bus);
        close(peer);
}

static void test_bad(void) {
        _cleanup_(property_list_done) PropertyList list = {};

        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                _cleanup_free_ char *message = NULL;

                g_assert_cmpint(property_list_add(&list, bad[i].assignment, &message), ==, bad[i].error);
                g_assert_cmpstr(message, ==, bad[i].message);
                g_assert_cmpuint(list.n_items, ==, 0);

                /* Who does not ask for the message gets the same. */
                g_assert_cmpint(property_list_add(&list, bad[i].assignment, NULL), ==, bad[i].error);
        }
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

static void test_nearest(void) {
        static const struct {
                const char *name;
                const char *nearest;
        } rows[] = {
                { "MemoryMaks", "MemoryMax" },   { "TaskMax", "TasksMax" },           { "CPUWieght", "CPUWeight" },
                { "AllowedCpus", "AllowedCPUs" }, { "KilMode", "KillMode" },          { "BlockIOWeight", "IOWeight" },
                { "RuntimeMaxUSec", "RuntimeMaxSec" }, { "IOReadIOPSMx", "IOReadIOPSMax" }, { "x", NULL },
                { "", NULL },                    { "Environmental", NULL },
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

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/property/good", test_good);
        g_test_add_func("/property/bad", test_bad);
        g_test_add_func("/property/list", test_list);
        g_test_add_func("/property/every-row", test_every_row);
        g_test_add_func("/property/nearest", test_nearest);
        g_test_add_func("/property/kernel", test_kernel);

        return g_test_run();
}
