/* app/log.c: lines for the operator. */
#include "app/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "base/json.h"

static struct {
    bool json;
    l1_log_level least;
} settings;

static const char *const levels[] = {"INFO", "WARNING", "ERROR"};

void l1_log_open(bool json)
{
    settings.json = json;
}

void l1_log_hold(void)
{
    static char held[1 << 16];
    (void)setvbuf(stderr, held, _IOFBF, sizeof held);
}

void l1_log_flush(void)
{
    (void)fflush(stderr);
}

void l1_log_threshold(l1_log_level least)
{
    settings.least = least;
}

static void time_text(char out[32])
{
    struct timespec now;
    struct tm parts;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)gmtime_r(&now.tv_sec, &parts);
    char seconds[24];
    (void)strftime(seconds, sizeof seconds, "%Y-%m-%dT%H:%M:%S", &parts);
    (void)snprintf(out, 32, "%s.%03dZ", seconds, (int)(now.tv_nsec / 1000000));
}

static void write_json(l1_log_level level, const char *symbol, const char *time, const char *text)
{
    char line[4096];
    l1_json_writer out = {.base = line, .capacity = sizeof line - 1};
    l1_json_open(&out, '{');
    l1_json_key(&out, "time");
    l1_json_put_text(&out, time);
    l1_json_key(&out, "level");
    l1_json_put_text(&out, levels[level]);
    l1_json_key(&out, "symbol");
    l1_json_put_text(&out, symbol);
    l1_json_key(&out, "text");
    l1_json_put_text(&out, text);
    l1_json_close(&out, '}');
    if (!out.failed) (void)fprintf(stderr, "%.*s\n", (int)out.used, line);
}

void l1_log(l1_log_level level, const char *symbol, const char *format, ...)
{
    L1_ASSERT(level <= L1_LOG_ERROR);
    if (level < settings.least) return;
    char time[32], text[1536];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    time_text(time);
    if (settings.json) {
        write_json(level, symbol, time, text);
    } else if (symbol != NULL) {
        (void)fprintf(stderr, "%s %-7s [%s] %s\n", time, levels[level], symbol, text);
    } else {
        (void)fprintf(stderr, "%s %-7s %s\n", time, levels[level], text);
    }
    if (level == L1_LOG_ERROR) l1_log_flush();
}

/* "n/a" for what is not known. */
static const char *number(int64_t e8, char out[L1_DECIMAL_TEXT_MAX])
{
    if (e8 == L1_OFF) return "n/a";
    (void)l1_decimal_format(e8, out);
    return out;
}

static const char *base_of(const l1_limits *limits, int32_t symbol)
{
    if (symbol < 0 || symbol >= (int32_t)limits->symbols_count) return NULL;
    return limits->symbols[symbol].base;
}

static l1_log_level report_level(const l1_report *report)
{
    switch (report->status) {
    case L1_REPORT_REJECTED:
        return report->reason == L1_RULE_VENUE_REJECTED ? L1_LOG_ERROR : L1_LOG_WARNING;
    case L1_REPORT_EXPIRED:
    case L1_REPORT_CANCELED:
    case L1_REPORT_PARTIALLY_FILLED: return L1_LOG_WARNING;
    case L1_REPORT_UNKNOWN:
    case L1_REPORT_STOP_FAILED:
    case L1_REPORT_LATE_FILL: return L1_LOG_ERROR;
    case L1_REPORT_STOP_FILLED:
    case L1_REPORT_STOP_PARTIALLY_FILLED: return L1_LOG_WARNING;
    default: return L1_LOG_INFO;
    }
}

static void log_report(const l1_limits *limits, const l1_report *report, bool duplicate)
{
    char value[L1_DECIMAL_TEXT_MAX], limit[L1_DECIMAL_TEXT_MAX], exposure[L1_DECIMAL_TEXT_MAX];
    char impact[L1_DECIMAL_TEXT_MAX], executed[L1_DECIMAL_TEXT_MAX], price[L1_DECIMAL_TEXT_MAX];
    const l1_violation *first = report->violations_count > 0 ? &report->violations[0] : NULL;
    const bool reasoned = report->reason != L1_RULE_UNJUDGED;
    l1_log(report_level(report), base_of(limits, report->symbol),
           "%ssignal_id=%s status=%s code=%s value=%s limit=%s executed=%s price=%s exposure=%s "
           "correlation=%s%s%s",
           duplicate ? "duplicate " : "", report->signal_id, l1_report_status_text(report->status),
           reasoned ? l1_rule_code(report->reason) : "-",
           number(first == NULL ? L1_OFF : first->value_e8, value),
           number(first == NULL ? L1_OFF : first->limit_e8, limit),
           number(report->executed_qty_e8, executed), number(report->avg_price_e8, price),
           number(report->exposure_e8, exposure), number(report->correlation_impact_e8, impact),
           report->detail[0] == '\0' ? "" : " ", report->detail);
}

void l1_log_effect(const l1_limits *limits, const l1_effect *effect,
                   const l1_publication *publication)
{
    static const l1_log_level of_alert[] = {
        [L1_LEVEL_INFO] = L1_LOG_INFO,
        [L1_LEVEL_WARNING] = L1_LOG_WARNING,
        [L1_LEVEL_CRITICAL] = L1_LOG_ERROR,
    };
    if (effect->kind == L1_EFFECT_REPORT) {
        log_report(limits, &effect->as.report, publication->duplicate);
    } else if (effect->kind == L1_EFFECT_ALERT) {
        const l1_alert *alert = &effect->as.alert;
        l1_log(of_alert[l1_alert_level_of(alert->code)], base_of(limits, alert->symbol),
               "%s%s%s: %s", l1_alert_code_text(alert->code),
               alert->signal_id[0] == '\0' ? "" : " signal_id=", alert->signal_id, alert->message);
    }
}
