# shellcheck shell=bash disable=SC2034
# lib.sh: what the scripts share: Debian packages, cleanup, building. Source it, do not run it.
#
# ensure_packages PACKAGE...   installs with apt what is missing, as root or through sudo
# on_exit COMMAND...           runs when the script ends, however it ends, last one first
# run_owned COMMAND...         runs a child and waits; Ctrl-C and SIGTERM end it and what it started

RZ_BUILD_PACKAGES=(gcc libc6-dev cmake ninja-build pkg-config libglib2.0-dev libjansson-dev librdkafka-dev
                   libssl-dev libsasl2-dev libkrb5-dev libcurl4-openssl-dev)
RZ_TEST_PACKAGES=(git g++ clang clang-format libclang-rt-14-dev libcmocka-dev liblemon-dev python3
                  python3-jsonschema man-db groff codespell cppcheck lintian dpkg-dev binutils gcovr
                   mandoc zsh fish iwyu)
RZ_KAFKA_PACKAGES=(openjdk-17-jdk-headless maven openssl python3 faketime util-linux
                   mount krb5-kdc krb5-admin-server krb5-user libsasl2-modules-gssapi-mit)

RZ_CLEANUPS=()
RZ_CHILD=

say() {
    printf '%s\n' "$*"
}

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

on_exit() {
    RZ_CLEANUPS=("$(printf '%q ' "$@")" "${RZ_CLEANUPS[@]}")
}

# Ends the child we wait for and its process group, and gives them time to clean up.
end_child() {
    [[ -n $RZ_CHILD ]] || return 0
    kill -TERM -- "-$RZ_CHILD" 2>/dev/null
    for _ in {1..300}; do
        kill -0 -- "-$RZ_CHILD" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL -- "-$RZ_CHILD" 2>/dev/null
    RZ_CHILD=
}

clean_up() {
    local status=$?
    trap - EXIT
    trap '' INT TERM HUP
    end_child
    local command
    for command in "${RZ_CLEANUPS[@]}"; do
        eval "$command"
    done
    exit "$status"
}

install_traps() {
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    trap 'exit 129' HUP
}

# Bash handles a trap while it waits for a background child, but not while a foreground one runs.
# Job control gives the child a process group of its own, so that all of it can be ended.
run_owned() {
    set -m
    "$@" </dev/null &
    RZ_CHILD=$!
    set +m
    local status=0
    wait "$RZ_CHILD" || status=$?
    RZ_CHILD=
    return "$status"
}

is_installed() {
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

ensure_packages() {
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        die "this needs Debian's apt; elsewhere install by hand: $*"
    fi
    local package missing=()
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    ((${#missing[@]})) || return 0

    local as_root=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null ||
            die "missing packages, and neither root nor sudo: apt-get install ${missing[*]}"
        if ! [[ -t 0 ]] && ! sudo -n true 2>/dev/null; then
            die "missing packages, and sudo wants a password: apt-get install ${missing[*]}"
        fi
        as_root=(sudo)
    fi
    say "Installing ${missing[*]}"
    local log
    log=$(mktemp)
    if ! apt_install "$log" "${missing[@]}"; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        die "apt could not install: ${missing[*]}"
    fi
    rm -f "$log"
}

# Fresh images have no package lists; others have old ones, which show as a failed download.
apt_install() {
    local log=$1
    shift
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y
               -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3)
    local install=("${apt[@]}" install --no-install-recommends "$@")
    "${install[@]}" >"$log" 2>&1 </dev/null && return 0
    "${apt[@]}" update >"$log" 2>&1 </dev/null && "${install[@]}" >>"$log" 2>&1 </dev/null
}

# build PRESET [TARGET...]: configures when needed and builds; quiet unless it fails.
build() {
    local preset=$1
    shift
    local targets=()
    (($#)) && targets=(--target "$@")
    cmake --preset "$preset" && cmake --build --preset "$preset" -j "${RZ_JOBS:-$(nproc)}" "${targets[@]}"
}
