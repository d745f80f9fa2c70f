/*
 * A list of what is refused, and not of what is allowed: curl, OpenSSL, ICU, LMDB and the C library
 * differ in what they call from machine to machine, and a crawler that dies of a new version of one
 * of them confines nobody. What is on the list none of them has a use for. A unit of systemd adds
 * its own, longer list (config/systemd/nabiz.service).
 *
 * The filter is a program for the kernel (seccomp(2), BPF): the machine is checked, for the numbers
 * mean something else on another one, then each number is compared.
 */
#include "service/confine.h"

#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#define OTHER_ABI 0x40000000u /* numbers from here on are x32's */
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#define OTHER_ABI 0xffffffffu
#else
#define MACHINE 0
#define OTHER_ABI 0xffffffffu
#endif

/* Where a sanitizer looks at its own process from outside, or starts one for that. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

static const uint32_t refused[] = {
    /* other programs, other processes */
    SYS_execve,
    SYS_execveat,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_kcmp,
    SYS_kill,
    SYS_pidfd_open,
    SYS_pidfd_getfd,
    SYS_pidfd_send_signal,
    SYS_process_madvise,
#ifdef SYS_fork
    SYS_fork,
    SYS_vfork,
#endif
    /* waiting for others to connect */
    SYS_listen,
    SYS_accept,
    SYS_accept4,
    /* another view of the files */
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_unshare,
    SYS_setns,
    SYS_open_tree,
    SYS_move_mount,
    SYS_fsopen,
    SYS_fsconfig,
    SYS_fsmount,
    SYS_fspick,
    SYS_mount_setattr,
    SYS_open_by_handle_at,
    SYS_name_to_handle_at,
    SYS_mknodat,
    SYS_fanotify_init,
#ifdef SYS_mknod
    SYS_mknod,
#endif
    /* another user */
    SYS_setuid,
    SYS_setgid,
    SYS_setreuid,
    SYS_setregid,
    SYS_setresuid,
    SYS_setresgid,
    SYS_setgroups,
    SYS_setfsuid,
    SYS_setfsgid,
    SYS_capset,
    /* the kernel, and its rarer doors */
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_kexec_load,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_add_key,
    SYS_request_key,
    SYS_keyctl,
    SYS_personality,
    SYS_reboot,
    SYS_swapon,
    SYS_swapoff,
    SYS_acct,
    SYS_quotactl,
    SYS_syslog,
#ifdef SYS_kexec_file_load
    SYS_kexec_file_load,
#endif
#ifdef SYS_iopl
    SYS_iopl,
    SYS_ioperm,
    SYS_modify_ldt,
#endif
    /* the clock and the name of the machine */
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_adjtimex,
    SYS_clock_adjtime,
    SYS_sethostname,
    SYS_setdomainname,
};

/* Of sockets: to sites and name servers, to services of this machine that know names, and what the
   C library asks the kernel about its addresses. */
static const uint32_t families[] = {AF_INET, AF_INET6, AF_UNIX, AF_NETLINK};

enum {
    REFUSED_N = sizeof(refused) / sizeof(refused[0]),
    FAMILIES_N = sizeof(families) / sizeof(families[0]),
    PROGRAM_MAX = 32 + 2 * REFUSED_N + 2 * FAMILIES_N,
};

struct program {
    struct sock_filter code[PROGRAM_MAX];
    unsigned short n;
};

static void add(struct program *program, uint16_t code, uint32_t k, uint8_t yes, uint8_t no)
{
    program->code[program->n++] = (struct sock_filter){code, yes, no, k};
}

static void load(struct program *program, size_t offset)
{
    add(program, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void answer(struct program *program, uint32_t what)
{
    add(program, BPF_RET | BPF_K, what, 0, 0);
}

static void refuse(struct program *program, int error)
{
    answer(program, SECCOMP_RET_ERRNO | ((uint32_t)error & SECCOMP_RET_DATA));
}

/* The low half of an argument; both machines are little-endian. */
static size_t argument(size_t i)
{
    return offsetof(struct seccomp_data, args) + i * sizeof(uint64_t);
}

static void add_clone(struct program *program)
{
    /* a new thread may be, a new process may not; the call whose flags lie in memory cannot be
       told, and the C library goes on with the other one */
    add(program, BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1);
    refuse(program, ENOSYS);
    add(program, BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 4);
    load(program, argument(0));
    add(program, BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1);
    answer(program, SECCOMP_RET_ALLOW);
    refuse(program, EPERM);
}

static void add_sockets(struct program *program)
{
    add(program, BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, (uint8_t)(2 * FAMILIES_N + 2));
    load(program, argument(0));
    for (size_t i = 0; i < FAMILIES_N; i++) {
        add(program, BPF_JMP | BPF_JEQ | BPF_K, families[i], 0, 1);
        answer(program, SECCOMP_RET_ALLOW);
    }
    refuse(program, EPERM);
}

static void write_program(struct program *program)
{
    program->n = 0;
    load(program, offsetof(struct seccomp_data, arch));
    add(program, BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0);
    refuse(program, EPERM);
    load(program, offsetof(struct seccomp_data, nr));
    add(program, BPF_JMP | BPF_JGE | BPF_K, OTHER_ABI, 0, 1);
    refuse(program, EPERM);
    for (size_t i = 0; i < REFUSED_N; i++) {
        add(program, BPF_JMP | BPF_JEQ | BPF_K, refused[i], 0, 1);
        refuse(program, EPERM);
    }
    add_clone(program);
    add_sockets(program);
    answer(program, SECCOMP_RET_ALLOW);
}

const char *nb_confine_obstacle(void)
{
    uint32_t action = SECCOMP_RET_ERRNO;
    if (SANITIZED) {
        return "this is a build with sanitizers, which look at the process from outside";
    }
    if (MACHINE == 0) {
        return "nabiz knows no list of system calls for this machine";
    }
    if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) != 0) {
        return "the kernel, or what nabiz runs in, has no seccomp";
    }
    return NULL;
}

enum nb_err nb_confine(struct nb_error *error)
{
    struct program program;
    const char *obstacle = nb_confine_obstacle();
    if (obstacle) {
        return nb_error_set(error, NB_ESYS, "%s", obstacle);
    }
    write_program(&program);
    const struct sock_fprog filter = {program.n, program.code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter) != 0) {
        return nb_error_set(error, NB_ESYS, "the kernel refuses: %s", strerror(errno));
    }
    return NB_OK;
}
