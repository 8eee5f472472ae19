/* app/cmd_control.c: one command to a running engine over its unix bus. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/options.h"
#include "base/json.h"

enum { WAIT_MS = 5000, LINE_MAX_BYTES = 65536 };

static const char usage[] =
    "usage: l1 control COMMAND [options]\n"
    "\n"
    "  halt               stop all new orders, sells included\n"
    "  resume             clear halt and reduce_only\n"
    "  halt_symbol        stop new orders of --symbol\n"
    "  resume_symbol      clear that symbol's halt\n"
    "  reduce_only        let only reducing orders pass\n"
    "  cancel_all         cancel entries and remaining slices; protective stops stay\n"
    "  status             print the engine's metrics\n"
    "  reload_models      load the models again\n"
    "\n"
    "  --symbol BTC/USDT  of halt_symbol and resume_symbol\n"
    "  --reason TEXT      goes into the journal and the alert\n"
    "  --bus unix:PATH    the engine's bus (default: the key bus)\n"
    "  --config FILE      configuration (default: config/l1.yaml, then /etc/l1/l1.yaml)\n"
    "  --set KEY=VALUE    overrides one key; may be repeated\n"
    "  --help             this text\n"
    "\n"
    "Waits until the command is durable. Exit: 0 durable, 1 no engine or no answer, 2 usage.\n";

typedef struct {
    const char *command, *symbol, *reason, *bus;
    l1_config_source source;
} arguments;

typedef struct {
    int handle;
    size_t used;
    char buffer[LINE_MAX_BYTES];
} connection;

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool connect_to(const char *path, connection *out)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        (void)fprintf(stderr, "l1 control: the path %s is longer than %zu bytes\n", path,
                      sizeof address.sun_path - 1);
        return false;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    out->handle = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    out->used = 0;
    if (out->handle >= 0 &&
        connect(out->handle, (const struct sockaddr *)&address, sizeof address) == 0) {
        return true;
    }
    (void)fprintf(stderr, "l1 control: no engine answers on unix:%s: %s\n", path, strerror(errno));
    return false;
}

static bool send_all(const connection *to, const char *text, size_t size)
{
    for (size_t sent = 0; sent < size;) {
        const ssize_t part = send(to->handle, text + sent, size - sent, MSG_NOSIGNAL);
        if (part < 0 && errno == EINTR) continue;
        if (part <= 0) {
            (void)fprintf(stderr, "l1 control: the engine went away: %s\n", strerror(errno));
            return false;
        }
        sent += (size_t)part;
    }
    return true;
}

/* The next line into `line`, NUL-terminated; false at the deadline or when the engine has gone. */
static bool next_line(connection *from, int64_t deadline_ms, char line[LINE_MAX_BYTES])
{
    for (;;) {
        char *end = memchr(from->buffer, '\n', from->used);
        if (end != NULL) {
            const size_t size = (size_t)(end - from->buffer);
            memcpy(line, from->buffer, size);
            line[size] = '\0';
            from->used -= size + 1;
            memmove(from->buffer, end + 1, from->used);
            return true;
        }
        const int64_t left_ms = deadline_ms - now_ms();
        if (left_ms <= 0 || from->used == sizeof from->buffer) return false;
        struct pollfd waiting = {.fd = from->handle, .events = POLLIN};
        if (poll(&waiting, 1, (int)left_ms) <= 0) continue;
        const ssize_t got =
            read(from->handle, from->buffer + from->used, sizeof from->buffer - from->used);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        from->used += (size_t)got;
    }
}

static bool send_command(const connection *to, const arguments *given)
{
    char text[16384];
    l1_json_writer out = {.base = text, .capacity = sizeof text - 1};
    l1_json_open(&out, '{');
    l1_json_key(&out, "topic");
    l1_json_put_text(&out, "control");
    l1_json_key(&out, "command");
    l1_json_put_text(&out, given->command);
    if (given->symbol != NULL) {
        l1_json_key(&out, "symbol");
        l1_json_put_text(&out, given->symbol);
    }
    if (given->reason != NULL) {
        l1_json_key(&out, "reason");
        l1_json_put_text(&out, given->reason);
    }
    l1_json_key(&out, "client_seq");
    l1_json_put_integer(&out, 1);
    l1_json_close(&out, '}');
    if (out.failed) {
        (void)fputs("l1 control: --reason does not fit a message of 16 KiB\n", stderr);
        return false;
    }
    text[out.used++] = '\n';
    return send_all(to, text, out.used);
}

/* Prints what the engine says about the command until it is durable (and, of status, answered). */
static int converse(connection *with, const arguments *given)
{
    static char line[LINE_MAX_BYTES];
    static const char listen[] = "{\"topic\":\"subscribe\",\"topics\":[\"alerts\",\"metrics\"]}\n";
    const bool status = strcmp(given->command, "status") == 0;
    bool durable = false, answered = !status;
    if (!send_all(with, listen, sizeof listen - 1) || !send_command(with, given)) {
        return L1_EXIT_FAILED;
    }
    const int64_t deadline_ms = now_ms() + WAIT_MS;
    while (!(durable && answered)) {
        if (!next_line(with, deadline_ms, line)) {
            (void)fprintf(stderr,
                          "l1 control: no answer within %d ms; look at the engine's log before "
                          "sending it again\n",
                          WAIT_MS);
            return L1_EXIT_FAILED;
        }
        if (strstr(line, "\"topic\":\"ack\"") != NULL) {
            durable = true;
        } else if (strstr(line, "\"code\":\"MALFORMED_MESSAGE\"") != NULL) {
            (void)fprintf(stderr, "l1 control: refused: %s\n", line);
            return L1_EXIT_USAGE;
        } else if (status && strstr(line, "\"topic\":\"metrics\"") != NULL) {
            (void)puts(line);
            answered = true;
        }
    }
    if (!status) (void)printf("%s: durable\n", given->command);
    return L1_EXIT_DONE;
}

static int execute(const arguments *given)
{
    static l1_config config;
    static connection with;
    const char *bus = given->bus;
    if (bus == NULL) {
        if (!l1_config_load(&given->source, &config)) return L1_EXIT_USAGE;
        bus = config.settings.bus;
    }
    if (strncmp(bus, "unix:", 5) != 0) {
        (void)fprintf(stderr,
                      "l1 control: bus is %s; only a unix bus can be reached from outside. On "
                      "stdio write\n  {\"topic\":\"control\",\"command\":\"%s\"}\nto the engine's "
                      "standard input\n",
                      bus, given->command);
        return L1_EXIT_USAGE;
    }
    const int code = connect_to(bus + 5, &with) ? converse(&with, given) : L1_EXIT_FAILED;
    if (with.handle >= 0) (void)close(with.handle);
    return code;
}

static bool command_known(const char *command)
{
    static const char *const known[] = {"halt",          "resume",       "halt_symbol",
                                        "resume_symbol", "reduce_only",  "cancel_all",
                                        "status",        "reload_models"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(command, known[i]) == 0) return true;
    }
    (void)fprintf(stderr, "l1 control: unknown command '%s'\n", command);
    return false;
}

int l1_cmd_control(int argc, char **argv)
{
    static const struct option options[] = {
        {"symbol", required_argument, NULL, 'y'},
        {"reason", required_argument, NULL, 'r'},
        {"bus", required_argument, NULL, 'b'},
        {"config", required_argument, NULL, 'c'},
        {"set", required_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    arguments given = {0};
    optind = 1;
    for (int option = 0; (option = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        switch (option) {
        case 'y': given.symbol = optarg; break;
        case 'r': given.reason = optarg; break;
        case 'b': given.bus = optarg; break;
        case 'c': given.source.file = optarg; break;
        case 's':
            if (!l1_config_source_add(&given.source, optarg)) return L1_EXIT_USAGE;
            break;
        case 'h': (void)fputs(usage, stdout); return L1_EXIT_DONE;
        default: (void)fputs("try l1 control --help\n", stderr); return L1_EXIT_USAGE;
        }
    }
    if (argc - optind != 1) {
        (void)fputs("l1 control: one COMMAND is needed\ntry l1 control --help\n", stderr);
        return L1_EXIT_USAGE;
    }
    given.command = argv[optind];
    if (!command_known(given.command)) return L1_EXIT_USAGE;
    const bool of_symbol = strstr(given.command, "_symbol") != NULL;
    if (of_symbol != (given.symbol != NULL)) {
        (void)fprintf(stderr, "l1 control: %s %s --symbol\n", given.command,
                      of_symbol ? "needs" : "takes no");
        return L1_EXIT_USAGE;
    }
    return execute(&given);
}
