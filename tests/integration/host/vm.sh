# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Sourced by stage.sh: a virtual machine in software emulation, with the suite's kernel and every controller.

vm_run() {
    local suite=$1 tree=$2 qemu_status=0
    rootfs_image "$suite"
    vm_tree "$tree"
    vm_boot "$suite"
    # Seen once in some twenty boots, in the scheduler while its code was patched on the other processor: what
    # breaks then is the emulation, not what is tested. All is run anew, and it is said.
    if vm_panicked; then
        tail -n 30 "$run_dir/console" >&2
        say "$suite: the emulated kernel panicked (see above); everything once more"
        vm_boot "$suite"
    fi
    vm_result "$suite" "$qemu_status"
}

# One boot to its end. Leaves qemu_status, $run_dir/status and $run_dir/console.
vm_boot() {
    local suite=$1 readers
    rm -f "$run_dir"/{out,err,status,console}
    mkfifo "$run_dir/out" "$run_dir/err"
    cat "$run_dir/out" &
    readers=($!)
    cat "$run_dir/err" >&2 &
    readers+=($!)
    say "$suite: starting the virtual machine (up in about 25 s)"
    qemu_status=0
    vm_qemu </dev/null >"$run_dir/qemu.log" 2>&1 || qemu_status=$?
    # Had it not come to open them, the readers would wait for ever.
    [[ -e $run_dir/status ]] || kill "${readers[@]}" 2>/dev/null || true
    wait "${readers[@]}" 2>/dev/null || true
}

vm_panicked() {
    [[ ! -s $run_dir/status ]] && grep -qs 'Kernel panic - not syncing' "$run_dir/console"
}

# The second drive: the tree, with a unit in it that runs the command and powers off.
vm_tree() {
    local tree=$1 units=$1/etc/systemd/system
    mkdir -p "$units/multi-user.target.wants"
    install -m 644 "$host_dir/../guest/guest-command.service" "$units/"
    ln -s ../guest-command.service "$units/multi-user.target.wants/"
    tar -C "$tree" --owner=0 --group=0 -cf "$run_dir/tree.tar" .
}

# TCG gives a CPU without the features that QEMU 7.2 emulates wrongly. The image stays as it is: writes go
# to a temporary file.
vm_qemu() {
    timeout --kill-after=10 "$stage_deadline" qemu-system-x86_64 \
        -accel tcg,thread=multi -cpu max,svm=off,cx16=off,la57=off -smp 2 -m 2048 \
        -nodefaults -no-user-config -no-reboot -display none \
        -kernel "$suite_dir/vmlinuz" -initrd "$suite_dir/initrd.img" \
        -append "root=/dev/vda rw console=ttyS0 quiet panic=-1 init=/usr/local/sbin/cgscope-guest-init" \
        -drive "file=$suite_dir/disk.img,format=raw,if=virtio,snapshot=on" \
        -drive "file=$run_dir/tree.tar,format=raw,if=virtio,readonly=on" \
        -serial "file:$run_dir/console" \
        -device virtio-serial-pci \
        -chardev "file,id=out,path=$run_dir/out" -device virtserialport,chardev=out,name=cgscope.out \
        -chardev "file,id=err,path=$run_dir/err" -device virtserialport,chardev=err,name=cgscope.err \
        -chardev "file,id=status,path=$run_dir/status" -device virtserialport,chardev=status,name=cgscope.status
}

# The status of the command, or what went wrong instead.
vm_result() {
    local suite=$1 qemu_status=$2 result=
    [[ ! -s $run_dir/status ]] || result=$(<"$run_dir/status")
    [[ ! $result =~ ^[0-9]+$ ]] || return "$result"
    cat "$run_dir/qemu.log" >&2
    [[ ! -e $run_dir/console ]] || tail -n 30 "$run_dir/console" >&2
    if [[ $qemu_status -eq 124 || $qemu_status -eq 137 ]]; then
        die "the virtual machine of $suite was not done within $stage_deadline s and was stopped"
    fi
    die "the virtual machine of $suite ended (QEMU: $qemu_status) without a result; its console is above"
}
