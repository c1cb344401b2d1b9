import Foundation
import Testing

/// Ends or fails the operator at an exact system call: a library put before libc, compiled at first use.
struct Fault {
    /// The last four are of connections over IP, and count once there is something to do: `read` when bytes or the end are there.
    enum Call: String, CaseIterable { case write, sync, connect, send, read, close }
    enum Action: String, CaseIterable {
        case killBefore = "before"
        case killAfter = "after"
        /// Half of the bytes, then the end.
        case torn
        /// ENOSPC, from that call on.
        case full
        /// Nothing, only counting.
        case none
    }

    /// End of the path of the file in question, or `tcp`.
    var file: String
    var call: Call
    /// From 1.
    var number: Int
    var action: Action
    /// Counts from the first write to any file that holds this text; from the start when empty.
    var mark = ""

    /// Environment for the operator; engines and sinks start with a clean one and do not see it.
    func environment(countsTo file: String? = nil) throws -> [String: String] {
        var result = [
            "LD_PRELOAD": try Fault.library(), "FAULT": "\(call.rawValue) \(action.rawValue) \(number) \(self.file)",
        ]
        if let file { result["FAULT_COUNT"] = file }
        if !mark.isEmpty { result["FAULT_MARK"] = mark }
        return result
    }

    private static func library() throws -> String {
        try built.get()
    }

    private static let built = Result {
        let path = "/tmp/e2e-fault-\(getpid()).so"
        atexit { unlink("/tmp/e2e-fault-\(getpid()).so") }
        let folder = try Folder()
        let source = try folder.write("fault.c", text)
        let compiler = FileManager.default.isExecutableFile(atPath: "/usr/bin/gcc") ? "gcc" : "clang"
        try folder.run([compiler, "-O1", "-shared", "-fPIC", "-o", path, source, "-ldl"]).expect(0)
        return path
    }

    private static let text = #"""
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <fcntl.h>
        #include <signal.h>
        #include <stdatomic.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/socket.h>
        #include <sys/types.h>
        #include <unistd.h>

        static char call[16], action[16], file[256], count_file[512], mark[64];
        static long number;
        static atomic_long count;
        static atomic_int is_counting;
        static ssize_t (*real_write)(int, const void *, size_t);
        static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);
        static ssize_t (*real_send)(int, const void *, size_t, int), (*real_recv)(int, void *, size_t, int);
        static int (*real_sync)(int), (*real_datasync)(int), (*real_close)(int);
        static int (*real_connect)(int, const struct sockaddr *, socklen_t);

        __attribute__((constructor)) static void start(void) {
            real_write = dlsym(RTLD_NEXT, "write");
            real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
            real_sync = dlsym(RTLD_NEXT, "fsync");
            real_datasync = dlsym(RTLD_NEXT, "fdatasync");
            real_send = dlsym(RTLD_NEXT, "send");
            real_recv = dlsym(RTLD_NEXT, "recv");
            real_close = dlsym(RTLD_NEXT, "close");
            real_connect = dlsym(RTLD_NEXT, "connect");
            const char *text = getenv("FAULT");
            if (text) sscanf(text, "%15s %15s %ld %255s", call, action, &number, file);
            const char *to = getenv("FAULT_COUNT");
            if (to) strncpy(count_file, to, sizeof count_file - 1);
            const char *from = getenv("FAULT_MARK");
            if (from) strncpy(mark, from, sizeof mark - 1);
            is_counting = !mark[0];
        }

        static void look(const void *bytes, size_t size) {
            if (!is_counting && memmem(bytes, size, mark, strlen(mark))) is_counting = 1;
        }

        static int is_tcp(int descriptor) {
            int domain = 0, type = 0;
            socklen_t size = sizeof domain;
            return !getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &size) &&
                (domain == AF_INET || domain == AF_INET6) &&
                !getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) && type == SOCK_STREAM;
        }

        __attribute__((destructor)) static void end(void) {
            FILE *out = count_file[0] ? fopen(count_file, "w") : NULL;
            if (out) { fprintf(out, "%ld", atomic_load(&count)); fclose(out); }
        }

        static int is_ours(const char *what, int descriptor) {
            if (!call[0] || !is_counting || strcmp(call, what)) return 0;
            if (!strcmp(file, "tcp")) return is_tcp(descriptor);
            char link[64], path[4096];
            snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
            ssize_t length = readlink(link, path, sizeof path - 1);
            size_t want = strlen(file);
            if (length < (ssize_t)want) return 0;
            path[length] = 0;
            return !strcmp(path + length - want, file);
        }

        static void die(void) { kill(getpid(), SIGKILL); for (;;) pause(); }

        /* 0: go on; 1: this is the call; 2: fail it */
        static int hit(const char *what, int descriptor) {
            if (!is_ours(what, descriptor)) return 0;
            long now = atomic_fetch_add(&count, 1) + 1;
            if (!strcmp(action, "full")) return now >= number ? 2 : 0;
            return now == number && strcmp(action, "none") ? 1 : 0;
        }

        #define GUARD(what, whole, half) \
            int found = hit(what, fd); \
            if (found == 2) { errno = ENOSPC; return -1; } \
            if (found == 1) { if (!strcmp(action, "after")) whole; if (!strcmp(action, "torn")) half; die(); }

        ssize_t write(int fd, const void *bytes, size_t size) {
            look(bytes, size);
            GUARD("write", real_write(fd, bytes, size), real_write(fd, bytes, size / 2))
            return real_write(fd, bytes, size);
        }
        ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
            look(bytes, size);
            GUARD("write", real_pwrite(fd, bytes, size, at), real_pwrite(fd, bytes, size / 2, at))
            return real_pwrite(fd, bytes, size, at);
        }
        ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) { return pwrite64(fd, bytes, size, at); }
        int fsync(int fd) {
            GUARD("sync", real_sync(fd), (void)0)
            return real_sync(fd);
        }
        int fdatasync(int fd) {
            GUARD("sync", real_datasync(fd), (void)0)
            return real_datasync(fd);
        }
        int connect(int fd, const struct sockaddr *address, socklen_t size) {
            GUARD("connect", real_connect(fd, address, size), (void)0)
            return real_connect(fd, address, size);
        }
        ssize_t send(int fd, const void *bytes, size_t size, int flags) {
            GUARD("send", real_send(fd, bytes, size, flags), real_send(fd, bytes, size / 2, flags))
            return real_send(fd, bytes, size, flags);
        }
        ssize_t recv(int fd, void *bytes, size_t size, int flags) {
            char byte;
            if (!strcmp(call, "read") && is_tcp(fd) && real_recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0) {
                GUARD("read", real_recv(fd, bytes, size, flags), real_recv(fd, bytes, size / 2, flags))
            }
            return real_recv(fd, bytes, size, flags);
        }
        int close(int fd) {
            GUARD("close", real_close(fd), (void)0)
            return real_close(fd);
        }
        """#
}
