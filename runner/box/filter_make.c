/* SPDX-License-Identifier: MIT */
/* filter_make.c - writes the system call filter of sandboxes as a C array, when wfrun is built.
 *
 * A box starts in a few milliseconds; libseccomp would take one of them to make the same program
 * each time. The filter refuses what container engines refuse by default: what a job could use
 * against the machine, whatever its user is. What this kernel's headers do not know is said to be
 * unknown, so that programs take their older way. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PROGRAM_MAX 4096 /* instructions that the kernel takes */
#define X32_CALLS 0x40000000u /* numbers from here on are of another kind of program */

/* Refused with EPERM. Names that an architecture does not have are passed over. */
static const char *const refused[] = {
	/* the machine: its clock, modules, kernel, power, disks */
	"acct",
	"adjtimex_time64",
	"clock_settime",
	"clock_settime64",
	"create_module",
	"delete_module",
	"finit_module",
	"get_kernel_syms",
	"init_module",
	"ioperm",
	"iopl",
	"kexec_file_load",
	"kexec_load",
	"nfsservctl",
	"query_module",
	"quotactl",
	"quotactl_fd",
	"reboot",
	"settimeofday",
	"stime",
	"swapoff",
	"swapon",
	"sysfs",
	"_sysctl",
	"syslog",
	"uselib",
	"ustat",
	"vhangup",
	"vm86",
	"vm86old",
	/* what is mounted where, and by which name files are reached */
	"fsconfig",
	"fsmount",
	"fsopen",
	"fspick",
	"mount",
	"mount_setattr",
	"move_mount",
	"open_by_handle_at",
	"open_tree",
	"pivot_root",
	"umount",
	"umount2",
	/* other namespaces and other processes */
	"kcmp",
	"lookup_dcookie",
	"setns",
	"unshare",
	/* keys are of the user, not of the box */
	"add_key",
	"keyctl",
	"request_key",
	/* large surfaces of the kernel that few programs need */
	"bpf",
	"fanotify_init",
	"io_uring_enter",
	"io_uring_register",
	"io_uring_setup",
	"perf_event_open",
	"userfaultfd",
	/* where memory lies, which also other processes share */
	"get_mempolicy",
	"mbind",
	"move_pages",
	"set_mempolicy",
	"set_mempolicy_home_node",
};

/* Refused with ENOSYS: the flags of clone3() lie in memory, where no filter can look. The C library
 * then calls clone(). */
static const char *const unknown[] = { "clone3" };

/* personality() may ask, and choose the few that change nothing for others. */
static const unsigned long personalities[] = { 0x0, 0x8, 0x20000, 0x20008, 0xffffffff };

static void
must(int result, const char *what)
{
	if (result >= 0)
		return;
	fprintf(stderr, "filter_make: %s: %d\n", what, result);
	exit(1);
}

static void
refuse(scmp_filter_ctx filter, const char *const *names, size_t n, int errnum)
{
	for (size_t i = 0; i < n; i++) {
		int number = seccomp_syscall_resolve_name(names[i]);

		if (number != __NR_SCMP_ERROR)
			must(seccomp_rule_add(filter, SCMP_ACT_ERRNO(errnum), number, 0), names[i]);
	}
}

/* New namespaces would give a job powers over what is in them that it has not here. */
static void
refuse_namespaces(scmp_filter_ctx filter)
{
	static const unsigned flags[] = { CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC,
		CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET };

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		must(seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
		         SCMP_A0(SCMP_CMP_MASKED_EQ, flags[i], flags[i])),
		    "clone");
}

static void
refuse_personalities(scmp_filter_ctx filter)
{
	struct scmp_arg_cmp other[sizeof(personalities) / sizeof(personalities[0])];
	unsigned n = 0;

	for (; n < sizeof(personalities) / sizeof(personalities[0]); n++)
		other[n] = (struct scmp_arg_cmp){ 0, SCMP_CMP_NE, personalities[n], 0 };
	must(seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(personality), 1, other),
	    "personality");
}

/* The highest number of a system call that has a name here. */
static unsigned
last_known(void)
{
	unsigned last = 0;

	for (unsigned number = 0; number < 1024; number++) {
		char *name = seccomp_syscall_resolve_num_arch(seccomp_arch_native(), (int)number);

		if (name)
			last = number;
		free(name);
	}
	return last;
}

static void
print(struct sock_filter in)
{
	printf("{ 0x%x, %u, %u, 0x%xu },\n", in.code, in.jt, in.jf, in.k);
}

/* Calls that came after these headers do not exist; libseccomp has no words for it. */
static void
print_horizon(void)
{
	const struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, seccomp_arch_native(), 0, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, last_known(), 0, 2),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_CALLS, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
	};

	for (size_t i = 0; i < sizeof(program) / sizeof(program[0]); i++)
		print(program[i]);
}

int
main(void)
{
	struct sock_filter program[PROGRAM_MAX];
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int pipe_fds[2];
	ssize_t size;

	if (!filter || pipe(pipe_fds) < 0)
		return 1;
	fcntl(pipe_fds[1], F_SETPIPE_SZ, (int)sizeof(program));
	if (seccomp_arch_native() == SCMP_ARCH_X86_64) { /* programs of 32 bits run, too */
		must(seccomp_arch_add(filter, SCMP_ARCH_X86), "x86");
		must(seccomp_arch_add(filter, SCMP_ARCH_X32), "x32");
	}
	must(seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2), "binary tree");
	refuse(filter, refused, sizeof(refused) / sizeof(refused[0]), EPERM);
	refuse(filter, unknown, sizeof(unknown) / sizeof(unknown[0]), ENOSYS);
	refuse_namespaces(filter);
	refuse_personalities(filter);
	must(seccomp_export_bpf(filter, pipe_fds[1]), "export");
	close(pipe_fds[1]);
	size = read(pipe_fds[0], program, sizeof(program));
	must((int)size, "read");
	print_horizon();
	for (size_t i = 0; i < (size_t)size / sizeof(program[0]); i++)
		print(program[i]);
	seccomp_release(filter);
	return 0;
}
