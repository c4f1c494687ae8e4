"""A filter for system calls: a student's process starts no other process, and looks into none.

Threads are allowed, NumPy and TensorFlow use them. The filter is a program for the kernel's packet
filter machine (seccomp(2), struct sock_filter).
"""

import errno
import platform
import struct

LOAD, JUMP_IF_EQUAL, JUMP_IF_SET, JUMP_IF_AT_LEAST, RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
CLONE_THREAD = 0x00010000
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16           # offsets in struct seccomp_data

# machine: (AUDIT_ARCH, clone, clone3, calls that are refused)
MACHINES = {
    "x86_64": (0xC000003E, 56, 435, {
        "fork": 57, "vfork": 58, "ptrace": 101, "mount": 165, "umount2": 166, "unshare": 272,
        "setns": 308, "process_vm_readv": 310, "process_vm_writev": 311, "bpf": 321,
        "userfaultfd": 323, "keyctl": 250, "io_uring_setup": 425}),
    "aarch64": (0xC00000B7, 220, 435, {
        "ptrace": 117, "mount": 40, "umount2": 39, "unshare": 97, "setns": 268,
        "process_vm_readv": 270, "process_vm_writev": 271, "bpf": 280, "userfaultfd": 282,
        "keyctl": 219, "io_uring_setup": 425}),
}


def program(machine=None):
    """Return the filter as bytes for `bwrap --seccomp`.

    Args:
        machine: "x86_64" or "aarch64"; None is this machine.

    Raises:
        KeyError: another machine.
    """
    architecture, clone, clone3, refused = MACHINES[machine or platform.machine()]

    def line(code, value, true=0, false=0):
        return struct.pack("<HBBI", code, true, false, value)

    def when_equal(number, result):
        return line(JUMP_IF_EQUAL, number, 0, 1) + line(RETURN, result)

    parts = [line(LOAD, ARCHITECTURE),
             line(JUMP_IF_EQUAL, architecture, 1, 0), line(RETURN, KILL),
             line(LOAD, NUMBER),
             line(JUMP_IF_AT_LEAST, 0x40000000, 0, 1), line(RETURN, REFUSE | errno.EPERM)]
    parts += [when_equal(number, REFUSE | errno.EPERM) for number in refused.values()]
    # The C library tries clone3 first and falls back to clone, whose flags a filter can read.
    parts += [when_equal(clone3, REFUSE | errno.ENOSYS),
              line(JUMP_IF_EQUAL, clone, 0, 3),
              line(LOAD, FIRST_ARGUMENT),
              line(JUMP_IF_SET, CLONE_THREAD, 1, 0), line(RETURN, REFUSE | errno.EPERM),
              line(RETURN, ALLOW)]
    return b"".join(parts)
