"""What the confined child may not ask of the kernel: names and numbers of system calls (seccomp(2)).

Landlock keeps the child from opening files; this covers what Landlock does not know (owners, modes, stamps,
attributes, other processes' limits) and halves the loss where a kernel has no Landlock.
"""

from typing import NamedTuple


class Numbers(NamedTuple):
    """The numbers of one call; None where an architecture does not have it."""

    x86_64: int | None
    aarch64: int | None


CLONE = Numbers(56, 220)
CLONE3 = Numbers(435, 435)

OWN_PROCESS_ONLY = {"tgkill": Numbers(234, 131), "prlimit64": Numbers(302, 261)}
"""Calls whose first argument is a process: abort() and getrlimit() need them, for the child itself."""

REFUSED = {
    # Sockets.
    "socket": Numbers(41, 198),
    "socketpair": Numbers(53, 199),
    "bind": Numbers(49, 200),
    "listen": Numbers(50, 201),
    "accept": Numbers(43, 202),
    "accept4": Numbers(288, 242),
    "connect": Numbers(42, 203),
    "sendto": Numbers(44, 206),
    "sendmsg": Numbers(46, 211),
    "sendmmsg": Numbers(307, 269),
    # Programs and processes.
    "execve": Numbers(59, 221),
    "execveat": Numbers(322, 281),
    "fork": Numbers(57, None),
    "vfork": Numbers(58, None),
    # Other processes: signals, memory, descriptors.
    "kill": Numbers(62, 129),
    "tkill": Numbers(200, 130),
    "rt_sigqueueinfo": Numbers(129, 138),
    "rt_tgsigqueueinfo": Numbers(297, 240),
    "pidfd_open": Numbers(434, 434),
    "pidfd_send_signal": Numbers(424, 424),
    "pidfd_getfd": Numbers(438, 438),
    "ptrace": Numbers(101, 117),
    "process_vm_readv": Numbers(310, 270),
    "process_vm_writev": Numbers(311, 271),
    "process_madvise": Numbers(440, 440),
    "process_mrelease": Numbers(448, 448),
    "kcmp": Numbers(312, 272),
    "move_pages": Numbers(279, 239),
    "migrate_pages": Numbers(256, 238),
    "setpriority": Numbers(141, 140),
    # Shared memory, queues and semaphores that have names.
    "shmget": Numbers(29, 194),
    "shmat": Numbers(30, 196),
    "shmctl": Numbers(31, 195),
    "semget": Numbers(64, 190),
    "msgget": Numbers(68, 186),
    "mq_open": Numbers(240, 180),
    "mq_unlink": Numbers(241, 181),
    # Names, owners, modes, stamps and attributes of files.
    "link": Numbers(86, None),
    "linkat": Numbers(265, 37),
    "symlink": Numbers(88, None),
    "symlinkat": Numbers(266, 36),
    "rename": Numbers(82, None),
    "renameat": Numbers(264, 38),
    "renameat2": Numbers(316, 276),
    "unlink": Numbers(87, None),
    "unlinkat": Numbers(263, 35),
    "rmdir": Numbers(84, None),
    "mkdir": Numbers(83, None),
    "mkdirat": Numbers(258, 34),
    "mknod": Numbers(133, None),
    "mknodat": Numbers(259, 33),
    "chmod": Numbers(90, None),
    "fchmod": Numbers(91, 52),
    "fchmodat": Numbers(268, 53),
    "fchmodat2": Numbers(452, 452),
    "chown": Numbers(92, None),
    "fchown": Numbers(93, 55),
    "lchown": Numbers(94, None),
    "fchownat": Numbers(260, 54),
    "utime": Numbers(132, None),
    "utimes": Numbers(235, None),
    "futimesat": Numbers(261, None),
    "utimensat": Numbers(280, 88),
    "setxattr": Numbers(188, 5),
    "lsetxattr": Numbers(189, 6),
    "fsetxattr": Numbers(190, 7),
    "setxattrat": Numbers(463, 463),
    "removexattr": Numbers(197, 14),
    "lremovexattr": Numbers(198, 15),
    "fremovexattr": Numbers(199, 16),
    "removexattrat": Numbers(466, 466),
    # Ways around paths, and watching what others do with files.
    "name_to_handle_at": Numbers(303, 264),
    "open_by_handle_at": Numbers(304, 265),
    "fanotify_init": Numbers(300, 262),
    "fanotify_mark": Numbers(301, 263),
    "inotify_init": Numbers(253, None),
    "inotify_init1": Numbers(294, 26),
    "inotify_add_watch": Numbers(254, 27),
    # Mounts and namespaces.
    "mount": Numbers(165, 40),
    "umount2": Numbers(166, 39),
    "pivot_root": Numbers(155, 41),
    "chroot": Numbers(161, 51),
    "unshare": Numbers(272, 97),
    "setns": Numbers(308, 268),
    "open_tree": Numbers(428, 428),
    "move_mount": Numbers(429, 429),
    "fsopen": Numbers(430, 430),
    "fsconfig": Numbers(431, 431),
    "fsmount": Numbers(432, 432),
    "fspick": Numbers(433, 433),
    "mount_setattr": Numbers(442, 442),
    "open_tree_attr": Numbers(467, 467),
    # Kernel interfaces with a history of holes, and the machine itself.
    "io_uring_setup": Numbers(425, 425),
    "io_uring_enter": Numbers(426, 426),
    "io_uring_register": Numbers(427, 427),
    "bpf": Numbers(321, 280),
    "perf_event_open": Numbers(298, 241),
    "userfaultfd": Numbers(323, 282),
    "add_key": Numbers(248, 217),
    "request_key": Numbers(249, 218),
    "keyctl": Numbers(250, 219),
    "init_module": Numbers(175, 105),
    "finit_module": Numbers(313, 273),
    "delete_module": Numbers(176, 106),
    "kexec_load": Numbers(246, 104),
    "kexec_file_load": Numbers(320, 294),
    "reboot": Numbers(169, 142),
    "swapon": Numbers(167, 224),
    "swapoff": Numbers(168, 225),
    "acct": Numbers(163, 89),
    "quotactl": Numbers(179, 60),
    "quotactl_fd": Numbers(443, 443),
    "syslog": Numbers(103, 116),
    "iopl": Numbers(172, None),
    "ioperm": Numbers(173, None),
    "settimeofday": Numbers(164, 170),
    "clock_settime": Numbers(227, 112),
    "sethostname": Numbers(170, 161),
    "setdomainname": Numbers(171, 162),
}
