/* tests/parity/indicators.c: the indicators of src/features alone, over candles from stdin.
 *
 * In: "high low close" a line. Out, a line each: ATR14, RSI14, MACD histogram, EMA60, EMA240, mean
 * and deviation of 20; "nan" while undefined. talib_indicators.py compares them with TA-Lib. */
#include <math.h>
#include <stdio.h>

#include "features/average.h"
#include "features/bollinger.h"
#include "features/wilder.h"

static void say(bool defined, double value)
{
    printf("%.17g ", defined ? value : NAN);
}

int main(void)
{
    static l1_atr atr;
    static l1_rsi rsi;
    static l1_macd macd;
    static l1_ema ema60, ema240;
    static l1_bollinger bands;
    l1_candle candle = {0};
    while (scanf("%lf %lf %lf", &candle.high, &candle.low, &candle.close) == 3) {
        double value = 0, deviation = 0;
        l1_atr_on_candle(&atr, &candle);
        l1_rsi_on_value(&rsi, candle.close);
        l1_macd_on_value(&macd, candle.close);
        l1_ema_on_value(&ema60, 60, candle.close);
        l1_ema_on_value(&ema240, 240, candle.close);
        l1_bollinger_on_value(&bands, candle.close);
        bool defined = l1_atr_value(&atr, &value);
        say(defined, value);
        defined = l1_rsi_value(&rsi, &value);
        say(defined, value);
        defined = l1_macd_histogram(&macd, &value);
        say(defined, value);
        defined = l1_ema_value(&ema60, 60, &value);
        say(defined, value);
        defined = l1_ema_value(&ema240, 240, &value);
        say(defined, value);
        defined = l1_bollinger_value(&bands, &value, &deviation);
        say(defined, value);
        say(defined, deviation);
        printf("\n");
    }
    return feof(stdin) ? 0 : 1;
}
