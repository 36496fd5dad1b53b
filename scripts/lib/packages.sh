# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Sourced by test.sh and demo.sh: installs, by name, what a part needs and the machine lacks. Debian and Ubuntu.

packages_missing=()

# want PACKAGE[|PACKAGE…] TEST…: the first of them that exists here is missing if TEST fails.
want() {
    local names=$1
    shift
    "$@" >/dev/null 2>&1 || packages_missing+=("$names")
}

have() { command -v "$1"; }
have_header() { [[ -e /usr/include/$1 ]]; }
have_library() { command -v pkg-config && pkg-config --exists "$1"; }
have_keyring() { [[ -e /usr/share/keyrings/debian-archive-keyring.gpg ]]; }

# The runtime of libFuzzer and the sanitizers, which clang merely recommends.
have_fuzzer() {
    local library
    library=$(clang -print-file-name="libclang_rt.fuzzer-$(uname -m).a") && [[ -e $library ]]
}

want_build() {
    want gcc have gcc
    want libc6-dev have_header stdio.h
    want meson have meson
    want ninja-build have ninja
    want 'pkgconf|pkg-config' have pkg-config
    want libsystemd-dev have_library libsystemd
    want libsmartcols-dev have_library smartcols
}

want_unit() {
    want_build
    want clang have clang
    want libclang-rt-dev have_fuzzer
    want clang-format have clang-format
    want clang-tidy have clang-tidy
    want libglib2.0-dev have_library gio-2.0
    want 'dbus-daemon|dbus' have dbus-daemon
    want python3 have python3
    want mandoc have mandoc
    want man-db have man
    want fish have fish
    want zsh have zsh
}

want_container() {
    want mmdebstrap have mmdebstrap
    want debian-archive-keyring have_keyring
    want 'util-linux' have nsenter
}

want_vm() {
    want_container
    want qemu-system-x86 have qemu-system-x86_64
    want e2fsprogs have mke2fs
}

# install_missing REASON: says what is missing for what, and installs it. Quiet if nothing is.
install_missing() {
    local reason=$1 names=() choice
    [[ ${#packages_missing[@]} -gt 0 ]] || return 0
    command -v apt-get >/dev/null ||
        die "$reason: needs ${packages_missing[*]}, and there is no apt-get here: install them your system's way"
    say "$reason: reading the package lists"
    packages_apt update -qq
    while IFS= read -r choice; do
        names+=("$(packages_choose "$choice")")
    done < <(printf '%s\n' "${packages_missing[@]}" | sort -u)
    say "$reason: installing ${names[*]}"
    packages_apt install -qq -y --no-install-recommends "${names[@]}"
    packages_missing=()
}

packages_choose() {
    local name
    for name in ${1//|/ }; do
        if apt-cache show "$name" >/dev/null 2>&1; then
            printf '%s\n' "$name"
            return
        fi
    done
    printf '%s\n' "${1%%|*}"
}

packages_apt() {
    local log
    log=$(mktemp)
    need_root
    if ! "${root_prefix[@]}" env DEBIAN_FRONTEND=noninteractive apt-get "$@" </dev/null >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        die "apt-get $1 failed"
    fi
    rm -f "$log"
}
