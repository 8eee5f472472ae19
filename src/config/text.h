/* config/text.h: which characters a text of the configuration may hold, and how it is quoted. */
#ifndef L1_CONFIG_TEXT_H
#define L1_CONFIG_TEXT_H

#include <stdbool.h>
#include <stddef.h>

bool l1_text_is(const char *text, size_t size, const char *word);
bool l1_text_name(const char *text, size_t size);  /* only A-Z a-z 0-9 _ - */
bool l1_text_asset(const char *text, size_t size); /* only A-Z 0-9 */

/* Valid UTF-8 without controls, line separators or byte order marks: what YAML keeps as it is
 * within single quotes on one line. */
bool l1_text_printable(const char *text, size_t size);

/* stdio, unix:PATH (a path that fits a socket address) or nats://HOST:PORT. */
bool l1_text_bus(const char *text, size_t size);

/* `text` in single quotes as YAML; `out` holds twice the text and three bytes. */
void l1_text_quote(const char *text, char *out, size_t capacity);

/* `text` for an error: shortened with "..." to the capacity, other than printable ASCII as '?'. */
void l1_text_show(const char *text, size_t size, char *out, size_t capacity);

#endif
