/* bus/codec/timestamp.c: dates to nanoseconds, by integers alone. */
#include "bus/codec/timestamp.h"

#include "base/assert.h"

#define SECOND_NS INT64_C(1000000000)
#define MILLISECOND_NS INT64_C(1000000)
#define DAY_S INT64_C(86400)

typedef struct {
    const char *at, *end;
    bool failed;
} scanner;

static bool in_range(int64_t ns)
{
    return ns >= L1_TIMESTAMP_MIN_NS && ns < L1_TIMESTAMP_END_NS;
}

bool l1_timestamp_of_ms(int64_t ms, int64_t *ns)
{
    L1_ASSERT(ns != NULL);
    if (ms < L1_TIMESTAMP_MIN_NS / MILLISECOND_NS) return false;
    if (ms >= L1_TIMESTAMP_END_NS / MILLISECOND_NS) return false;
    *ns = ms * MILLISECOND_NS;
    L1_ASSERT(in_range(*ns));
    return true;
}

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') <= 9;
}

/* Exactly `digits` digits, of a value from `min` to `max`. */
static int64_t take_number(scanner *in, unsigned digits, int64_t min, int64_t max)
{
    int64_t value = 0;
    for (unsigned i = 0; i < digits; i++) {
        if (in->at == in->end || !is_digit(*in->at)) {
            in->failed = true;
            return min;
        }
        value = value * 10 + (*in->at++ - '0');
    }
    if (value < min || value > max) {
        in->failed = true;
        return min;
    }
    return value;
}

static void take_mark(scanner *in, char mark, char other)
{
    if (in->at == in->end || (*in->at != mark && *in->at != other)) {
        in->failed = true;
        return;
    }
    in->at++;
}

/* ".25": nanoseconds; 0 when there is no fraction. */
static int64_t take_fraction(scanner *in)
{
    if (in->at == in->end || *in->at != '.') return 0;
    in->at++;
    if (in->at == in->end || !is_digit(*in->at)) in->failed = true;
    int64_t ns = 0;
    int64_t unit = SECOND_NS / 10;
    for (; in->at < in->end && is_digit(*in->at); in->at++) {
        ns += unit * (*in->at - '0');
        unit /= 10;
    }
    L1_ASSERT(ns >= 0 && ns < SECOND_NS);
    return ns;
}

/* "Z" or "+05:30": seconds ahead of UTC. */
static int64_t take_offset(scanner *in)
{
    if (in->at < in->end && (*in->at == 'Z' || *in->at == 'z')) {
        in->at++;
        return 0;
    }
    const bool behind = in->at < in->end && *in->at == '-';
    take_mark(in, '+', '-');
    const int64_t hours = take_number(in, 2, 0, 23);
    take_mark(in, ':', ':');
    const int64_t seconds = hours * 3600 + take_number(in, 2, 0, 59) * 60;
    return behind ? -seconds : seconds;
}

static int64_t days_in_month(int64_t year, int64_t month)
{
    static const int8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    L1_ASSERT(month >= 1 && month <= 12);
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

/* Days since 1970-01-01; years are counted from March, so that the leap day is the last. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    L1_ASSERT(year >= 1);
    const int64_t y = month <= 2 ? year - 1 : year;
    const int64_t era = y / 400;
    const int64_t year_of_era = y - era * 400;
    const int64_t month_of_year = (month + 9) % 12;
    const int64_t day_of_year = (153 * month_of_year + 2) / 5 + day - 1;
    const int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

bool l1_timestamp_parse(const char *text, size_t size, int64_t *ns)
{
    L1_ASSERT(text != NULL || size == 0);
    L1_ASSERT(ns != NULL);
    if (size == 0) return false;
    scanner in = {.at = text, .end = text + size};
    const int64_t year = take_number(&in, 4, 2008, 2101); /* an offset may cross a new year */
    take_mark(&in, '-', '-');
    const int64_t month = take_number(&in, 2, 1, 12);
    take_mark(&in, '-', '-');
    const int64_t day = take_number(&in, 2, 1, days_in_month(year, month));
    if (in.at < in.end && *in.at == ' ') {
        in.at++;
    } else {
        take_mark(&in, 'T', 't');
    }
    int64_t seconds = take_number(&in, 2, 0, 23) * 3600;
    take_mark(&in, ':', ':');
    seconds += take_number(&in, 2, 0, 59) * 60;
    take_mark(&in, ':', ':');
    const int64_t second = take_number(&in, 2, 0, 60);
    int64_t fraction = take_fraction(&in);
    seconds += second - take_offset(&in);
    if (in.failed || in.at != in.end) return false;
    seconds += days_of(year, month, day) * DAY_S;
    if (second == 60) { /* exists only as the last second of a UTC day */
        if (seconds % DAY_S != 0) return false;
        seconds--;
        fraction = SECOND_NS - 1;
    }
    const int64_t sum = seconds * SECOND_NS + fraction;
    if (!in_range(sum)) return false;
    *ns = sum;
    return true;
}
