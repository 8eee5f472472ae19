/* report/export.c: rows from effects. */
#include "report/export.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/text.h"
#include "bus/codec/encode.h"
#include "report/tca.h"

/* "L1EX": tells our own files from others'. */
#define APPLICATION_ID 0x4C314558

typedef enum {
    SIGNALS,
    PROTECTION,
    ORDERS,
    FEES,
    VIOLATIONS,
    ADJUSTMENTS,
    ALERTS,
    PARENTS,
    TABLE_COUNT
} table;

#define REPORT_COLUMNS                                                                             \
    "seq INTEGER PRIMARY KEY, ts_ms INTEGER, time TEXT, execution_id TEXT, signal_id TEXT, "       \
    "symbol TEXT, side TEXT, status TEXT, revision INTEGER, requested_qty TEXT, "                  \
    "executed_qty TEXT, executed_quote TEXT, net_qty TEXT, avg_price TEXT, slippage TEXT, "        \
    "exposure TEXT, correlation_impact TEXT, reason TEXT, detail TEXT, stop_price TEXT, "          \
    "stop_qty TEXT, stop_status TEXT, mode TEXT"

static const struct {
    const char *name, *columns;
    int count;
} tables[TABLE_COUNT] = {
    [SIGNALS] = {"signals", REPORT_COLUMNS, 23},
    [PROTECTION] = {"protection", REPORT_COLUMNS, 23},
    [ORDERS] = {"orders",
                "seq INTEGER, client_order_id TEXT, side TEXT, type TEXT, time_in_force TEXT, "
                "qty TEXT, price TEXT, stop_price TEXT, executed_qty TEXT, avg_price TEXT, "
                "status TEXT",
                11},
    [FEES] = {"fees", "seq INTEGER, asset TEXT, amount TEXT", 3},
    [VIOLATIONS] = {"violations",
                    "seq INTEGER, position INTEGER, code TEXT, value TEXT, limit_value TEXT, "
                    "detail TEXT",
                    6},
    [ADJUSTMENTS] = {"adjustments",
                     "seq INTEGER, position INTEGER, field TEXT, from_value TEXT, to_value TEXT, "
                     "rule TEXT",
                     6},
    [ALERTS] = {"alerts",
                "seq INTEGER PRIMARY KEY, ts_ms INTEGER, time TEXT, level TEXT, code TEXT, "
                "symbol TEXT, signal_id TEXT, message TEXT, value TEXT, limit_value TEXT",
                10},
    [PARENTS] = {"parents",
                 "seq INTEGER PRIMARY KEY, ts_ms INTEGER, time TEXT, execution_id TEXT, "
                 "signal_id TEXT, symbol TEXT, side TEXT, status TEXT, requested_qty TEXT, "
                 "executed_qty TEXT, decision_mid TEXT, arrival_mid TEXT, vwap TEXT, "
                 "market_vwap TEXT, arrival_slippage_bp TEXT, vwap_slippage_bp TEXT, delay TEXT, "
                 "trading TEXT, opportunity TEXT, fees TEXT, shortfall TEXT, shortfall_bp TEXT, "
                 "fill_ratio TEXT, participation TEXT, maker_share TEXT, duration_ms INTEGER, "
                 "children INTEGER, fills INTEGER, algo_asked TEXT, algo_chosen TEXT, "
                 "analysis_seq INTEGER, markout_1_bp TEXT, markout_10_bp TEXT, "
                 "markout_60_bp TEXT",
                 34},
};

/* A parent's markouts, which come after its row. */
static const char markouts_sql[] =
    "UPDATE parents SET analysis_seq = ?, markout_1_bp = ?, markout_10_bp = ?, "
    "markout_60_bp = ? WHERE seq = ?";

struct l1_export {
    sqlite3 *db;
    sqlite3_stmt *insert[TABLE_COUNT], *markouts;
    char path[512], building[528];
    bool failed;
};

static l1_result fail(const l1_export *export, l1_status status, l1_diag *diag)
{
    return l1_refuse(diag, status, "export", "%s: %s", export->path,
                     export->db != NULL ? sqlite3_errmsg(export->db) : "no memory");
}

static bool run(l1_export *export, const char *sql)
{
    return sqlite3_exec(export->db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* True when `path` is absent, empty or an earlier export. */
static bool replaceable(const char *path)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *asked = NULL;
    bool ours = false;
    if (access(path, F_OK) != 0) return true;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(db, "PRAGMA application_id", -1, &asked, NULL) == SQLITE_OK &&
        sqlite3_step(asked) == SQLITE_ROW) {
        ours = sqlite3_column_int(asked, 0) == APPLICATION_ID;
    }
    (void)sqlite3_finalize(asked);
    (void)sqlite3_close(db);
    return ours;
}

static bool make_tables(l1_export *export)
{
    char sql[2048], marks[96];
    (void)snprintf(sql, sizeof sql, "PRAGMA application_id = %d; BEGIN", APPLICATION_ID);
    if (!run(export, sql)) return false;
    for (int i = 0; i < TABLE_COUNT; i++) {
        (void)snprintf(sql, sizeof sql, "CREATE TABLE %s (%s)", tables[i].name, tables[i].columns);
        if (!run(export, sql)) return false;
        size_t used = 0;
        for (int k = 0; k < tables[i].count; k++) {
            used += (size_t)snprintf(marks + used, sizeof marks - used, k == 0 ? "?" : ",?");
        }
        (void)snprintf(sql, sizeof sql, "INSERT INTO %s VALUES (%s)", tables[i].name, marks);
        if (sqlite3_prepare_v2(export->db, sql, -1, &export->insert[i], NULL) != SQLITE_OK) {
            return false;
        }
    }
    return sqlite3_prepare_v2(export->db, markouts_sql, -1, &export->markouts, NULL) == SQLITE_OK;
}

l1_result l1_export_open(const char *path, bool force, l1_export **out, l1_diag *diag)
{
    if (strlen(path) >= sizeof((l1_export *)0)->path) {
        return l1_refuse(diag, L1_IO_OPEN, "export", "the path is longer than %zu bytes",
                         sizeof((l1_export *)0)->path - 1);
    }
    if (!force && !replaceable(path)) {
        return l1_refuse(diag, L1_IO_OPEN, "export",
                         "%s exists and is no earlier export; --force replaces it", path);
    }
    l1_export *export = calloc(1, sizeof *export);
    if (export == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "export", "no memory");
    l1_text_copy(export->path, sizeof export->path, path);
    (void)snprintf(export->building, sizeof export->building, "%s.building", export->path);
    (void)unlink(export->building);
    if (sqlite3_open(export->building, &export->db) == SQLITE_OK && make_tables(export)) {
        *out = export;
        return L1_SUCCESS;
    }
    const l1_result failed = fail(export, L1_IO_OPEN, diag);
    l1_diag unused;
    const l1_result thrown = l1_export_close(export, false, &unused);
    L1_ASSERT(thrown.code == L1_OK);
    return failed;
}

/* --- binding, column by column --- */

typedef struct {
    sqlite3_stmt *statement;
    int at;
} row;

static row begin(l1_export *export, table into)
{
    (void)sqlite3_reset(export->insert[into]);
    return (row){.statement = export->insert[into], .at = 0};
}

static void put_integer(row *to, int64_t value)
{
    (void)sqlite3_bind_int64(to->statement, ++to->at, value);
}

/* An empty text is NULL. */
static void put_text(row *to, const char *text)
{
    if (text == NULL || text[0] == '\0') {
        (void)sqlite3_bind_null(to->statement, ++to->at);
    } else {
        (void)sqlite3_bind_text(to->statement, ++to->at, text, -1, SQLITE_TRANSIENT);
    }
}

static void put_decimal(row *to, int64_t e8)
{
    char text[L1_DECIMAL_TEXT_MAX] = "";
    if (e8 != L1_OFF) (void)l1_decimal_format(e8, text);
    put_text(to, text);
}

static void put_time(row *to, int64_t at_ns)
{
    const int64_t ms = at_ns / 1000000;
    const time_t seconds = (time_t)(ms / 1000);
    struct tm parts;
    char date[32], text[48];
    (void)gmtime_r(&seconds, &parts);
    (void)strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
    (void)snprintf(text, sizeof text, "%s.%03dZ", date, (int)(ms % 1000));
    put_integer(to, ms);
    put_text(to, text);
}

static void insert(l1_export *export, const row *from, table into)
{
    L1_ASSERT(from->at == tables[into].count);
    if (!export->failed && sqlite3_step(from->statement) != SQLITE_DONE) export->failed = true;
}

static void take_order(l1_export *export, uint64_t seq, const l1_report_order *order)
{
    char id[L1_ORDER_ID_TEXT];
    row to = begin(export, ORDERS);
    l1_order_id_text(order->id, id);
    put_integer(&to, (int64_t)seq);
    put_text(&to, id);
    put_text(&to, l1_side_text(order->side));
    put_text(&to, l1_order_type_text(order->type));
    put_text(&to, l1_tif_text(order->tif));
    put_decimal(&to, order->qty_e8);
    put_decimal(&to, order->price_e8);
    put_decimal(&to, order->stop_e8);
    put_decimal(&to, order->executed_e8);
    put_decimal(&to, order->avg_price_e8);
    put_text(&to, l1_order_status_text(order->status));
    insert(export, &to, ORDERS);
}

static void take_lists(l1_export *export, const l1_limits *limits, uint64_t seq,
                       const l1_report *report)
{
    for (uint32_t i = 0; i < report->orders_count; i++) take_order(export, seq, &report->orders[i]);
    for (uint32_t i = 0; i < report->fees_count; i++) {
        const int32_t asset = report->fees[i].asset;
        row to = begin(export, FEES);
        put_integer(&to, (int64_t)seq);
        put_text(&to, asset == 0 ? limits->quote : limits->symbols[asset - 1].base);
        put_decimal(&to, report->fees[i].amount_e8);
        insert(export, &to, FEES);
    }
    for (uint32_t i = 0; i < report->violations_count; i++) {
        const l1_violation *violation = &report->violations[i];
        row to = begin(export, VIOLATIONS);
        put_integer(&to, (int64_t)seq);
        put_integer(&to, i);
        put_text(&to, l1_rule_code(violation->rule));
        put_decimal(&to, violation->value_e8);
        put_decimal(&to, violation->limit_e8);
        put_text(&to, violation->detail);
        insert(export, &to, VIOLATIONS);
    }
    for (uint32_t i = 0; i < report->adjustments_count; i++) {
        const l1_adjustment *adjustment = &report->adjustments[i];
        row to = begin(export, ADJUSTMENTS);
        put_integer(&to, (int64_t)seq);
        put_integer(&to, i);
        put_text(&to, l1_adjusted_field_text(adjustment->field));
        put_decimal(&to, adjustment->from_e8);
        put_decimal(&to, adjustment->to_e8);
        put_text(&to, l1_adjust_rule_text(adjustment->rule));
        insert(export, &to, ADJUSTMENTS);
    }
}

static void take_report(l1_export *export, const l1_limits *limits, const l1_effect *effect)
{
    const l1_report *report = &effect->as.report;
    if (!report->protection && !report->final) return;
    const table into = report->protection ? PROTECTION : SIGNALS;
    row to = begin(export, into);
    put_integer(&to, (int64_t)effect->seq);
    put_time(&to, effect->at_ns);
    put_text(&to, report->execution_id);
    put_text(&to, report->signal_id);
    put_text(&to, report->symbol_text);
    put_text(&to, report->has_side ? l1_side_text(report->side) : NULL);
    put_text(&to, l1_report_status_text(report->status));
    put_integer(&to, report->revision);
    put_decimal(&to, report->requested_qty_e8);
    put_decimal(&to, report->executed_qty_e8);
    put_decimal(&to, report->executed_quote_e8);
    put_decimal(&to, report->net_qty_e8);
    put_decimal(&to, report->avg_price_e8);
    put_decimal(&to, report->slippage_e8);
    put_decimal(&to, report->exposure_e8);
    put_decimal(&to, report->correlation_impact_e8);
    put_text(&to, report->reason == L1_RULE_UNJUDGED ? NULL : l1_rule_code(report->reason));
    put_text(&to, report->detail);
    put_decimal(&to, report->has_stop ? report->stop.stop_e8 : L1_OFF);
    put_decimal(&to, report->has_stop ? report->stop.qty_e8 : L1_OFF);
    put_text(&to, report->has_stop ? l1_order_status_text(report->stop.status) : NULL);
    put_text(&to, l1_mode_text(report->mode));
    insert(export, &to, into);
    take_lists(export, limits, effect->seq, report);
}

static void take_parent(l1_export *export, const l1_limits *limits, const l1_effect *effect)
{
    l1_tca_row parent;
    if (!l1_tca_row_of(effect, &parent)) return;
    const l1_cost_analysis *tca = &parent.tca;
    const int64_t figures[] = {
        parent.requested_e8,
        parent.executed_e8,
        tca->decision_mid_e8,
        tca->arrival_mid_e8,
        tca->vwap_e8,
        tca->market_vwap_e8,
        tca->arrival_slippage_bp_e8,
        tca->vwap_slippage_bp_e8,
        tca->delay_e8,
        tca->trading_e8,
        tca->opportunity_e8,
        tca->fees_e8,
        tca->shortfall_e8,
        tca->shortfall_bp_e8,
        tca->fill_ratio_e8,
        tca->participation_e8,
        tca->maker_share_e8,
    };
    row to = begin(export, PARENTS);
    put_integer(&to, (int64_t)parent.seq);
    put_time(&to, parent.at_ns);
    put_text(&to, parent.execution_id);
    put_text(&to, parent.signal_id);
    put_text(&to, limits->symbols[parent.symbol].name);
    put_text(&to, l1_side_text(parent.side));
    put_text(&to, l1_report_status_text(parent.status));
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) put_decimal(&to, figures[i]);
    if (tca->duration_ns == L1_OFF) {
        put_text(&to, NULL);
    } else {
        put_integer(&to, tca->duration_ns / 1000000);
    }
    put_integer(&to, tca->children);
    put_integer(&to, tca->fills);
    put_text(&to, l1_algo_text(tca->asked));
    put_text(&to, l1_algo_text(tca->chosen));
    for (int i = 0; i < 1 + L1_MARKOUTS; i++) put_text(&to, NULL); /* may come later */
    insert(export, &to, PARENTS);
}

static void take_analysis(l1_export *export, const l1_effect *effect)
{
    const l1_analysis *analysis = &effect->as.analysis;
    row to = {.statement = export->markouts, .at = 0};
    (void)sqlite3_reset(export->markouts);
    put_integer(&to, (int64_t)effect->seq);
    for (int h = 0; h < L1_MARKOUTS; h++) put_decimal(&to, analysis->markout_bp_e8[h]);
    put_integer(&to, (int64_t)analysis->report_seq);
    if (!export->failed && sqlite3_step(export->markouts) != SQLITE_DONE) export->failed = true;
}

static void take_alert(l1_export *export, const l1_limits *limits, const l1_effect *effect)
{
    const l1_alert *alert = &effect->as.alert;
    const bool named = alert->symbol >= 0 && alert->symbol < (int32_t)limits->symbols_count;
    row to = begin(export, ALERTS);
    put_integer(&to, (int64_t)effect->seq);
    put_time(&to, effect->at_ns);
    put_text(&to, l1_alert_level_text(l1_alert_level_of(alert->code)));
    put_text(&to, l1_alert_code_text(alert->code));
    put_text(&to, named ? limits->symbols[alert->symbol].name : NULL);
    put_text(&to, alert->signal_id);
    put_text(&to, alert->message);
    put_decimal(&to, alert->value_e8);
    put_decimal(&to, alert->limit_e8);
    insert(export, &to, ALERTS);
}

void l1_export_take(l1_export *export, const l1_limits *limits, const l1_effect *effect)
{
    if (effect->kind == L1_EFFECT_REPORT) {
        take_report(export, limits, effect);
        take_parent(export, limits, effect);
    }
    if (effect->kind == L1_EFFECT_ANALYSIS) take_analysis(export, effect);
    if (effect->kind == L1_EFFECT_ALERT) take_alert(export, limits, effect);
}

/* --- CSV --- */

static void put_csv(FILE *file, const char *text)
{
    if (text == NULL) return;
    if (strpbrk(text, ",\"\r\n") == NULL) {
        (void)fputs(text, file);
        return;
    }
    (void)fputc('"', file);
    for (; *text != '\0'; text++) {
        if (*text == '"') (void)fputc('"', file);
        (void)fputc(*text, file);
    }
    (void)fputc('"', file);
}

static bool write_csv(l1_export *export, int which, FILE *file)
{
    char sql[64];
    sqlite3_stmt *asked = NULL;
    (void)snprintf(sql, sizeof sql, "SELECT * FROM %s ORDER BY rowid", tables[which].name);
    if (sqlite3_prepare_v2(export->db, sql, -1, &asked, NULL) != SQLITE_OK) return false;
    for (int k = 0; k < tables[which].count; k++) {
        (void)fprintf(file, "%s%s", k == 0 ? "" : ",", sqlite3_column_name(asked, k));
    }
    (void)fputs("\r\n", file);
    int step = SQLITE_DONE;
    while ((step = sqlite3_step(asked)) == SQLITE_ROW) {
        for (int k = 0; k < tables[which].count; k++) {
            if (k > 0) (void)fputc(',', file);
            put_csv(file, (const char *)sqlite3_column_text(asked, k));
        }
        (void)fputs("\r\n", file);
    }
    (void)sqlite3_finalize(asked);
    return step == SQLITE_DONE;
}

enum { CSV_PATH_MAX = 768 };

static void csv_path(char out[CSV_PATH_MAX], const char *dir, int which, bool building)
{
    (void)snprintf(out, CSV_PATH_MAX, "%s/%s%s.csv%s", dir, building ? "." : "", tables[which].name,
                   building ? ".building" : "");
}

static l1_result build_csv(l1_export *export, const char *dir, int which, l1_diag *diag)
{
    char path[CSV_PATH_MAX];
    csv_path(path, dir, which, true);
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        return l1_refuse(diag, L1_IO_OPEN, "export", "%s: %s", path, strerror(errno));
    }
    const bool written = write_csv(export, which, file);
    const bool flushed = fflush(file) == 0 && ferror(file) == 0;
    if (fclose(file) != 0 || !flushed || !written) {
        return l1_refuse(diag, L1_IO_WRITE, "export", "%s cannot be written", path);
    }
    return L1_SUCCESS;
}

/* Every table is complete before the first one takes the place of an older export's. */
l1_result l1_export_csv(l1_export *export, const char *dir, l1_diag *diag)
{
    char building[CSV_PATH_MAX], path[CSV_PATH_MAX];
    l1_result done = L1_SUCCESS;
    for (int i = 0; i < TABLE_COUNT && done.code == L1_OK; i++) {
        done = build_csv(export, dir, i, diag);
    }
    for (int i = 0; i < TABLE_COUNT; i++) {
        csv_path(building, dir, i, true);
        csv_path(path, dir, i, false);
        if (done.code == L1_OK && rename(building, path) != 0) {
            done = l1_refuse(diag, L1_IO_WRITE, "export", "%s: %s", path, strerror(errno));
        }
        if (done.code != L1_OK) (void)unlink(building);
    }
    return done;
}

l1_result l1_export_close(l1_export *export, bool keep, l1_diag *diag)
{
    l1_result done = L1_SUCCESS;
    for (int i = 0; i < TABLE_COUNT; i++) (void)sqlite3_finalize(export->insert[i]);
    (void)sqlite3_finalize(export->markouts);
    if (keep && (export->failed || !run(export, "COMMIT"))) done = fail(export, L1_IO_WRITE, diag);
    (void)sqlite3_close(export->db);
    if (keep && done.code == L1_OK && rename(export->building, export->path) != 0) {
        done = l1_refuse(diag, L1_IO_WRITE, "export", "%s: %s", export->path, strerror(errno));
    }
    if (!keep || done.code != L1_OK) (void)unlink(export->building);
    free(export);
    return done;
}
