/*
 * html.h: a self-contained page, built top to bottom.
 *
 * Text from a cluster is hostile: every function that takes text escapes it; nothing else writes
 * into the page. No scripts, no fonts or images from elsewhere; readable in light and dark, on
 * paper, and by a screen reader, since every picture has its table.
 */
#pragma once

#include <stdbool.h>

#include <glib.h>

typedef struct RzHtml RzHtml;

RzHtml *rz_html_new(const char *title, const char *subtitle);
void rz_html_free(RzHtml *html);
/* (transfer full): the whole page; the builder can only be freed afterwards. */
char *rz_html_finish(RzHtml *html);

typedef enum { RZ_NOTE_PLAIN, RZ_NOTE_GOOD, RZ_NOTE_WARN, RZ_NOTE_BAD } RzNoteKind;

void rz_html_heading(RzHtml *html, const char *text);
void rz_html_paragraph(RzHtml *html, const char *text);
/* A sentence in a box; its kind is said in words, not by colour alone. */
void rz_html_note(RzHtml *html, RzNoteKind kind, const char *text);

/* As RzTable: columns that begin with ">" are numbers; rows take ownership of their cells. */
void rz_html_table_begin(RzHtml *html, const char *caption, const char *const *columns);
void rz_html_table_row(RzHtml *html, ...);
void rz_html_table_end(RzHtml *html);

/* For pictures (svg.c): raw markup that the caller has escaped. */
GString *rz_html_raw(RzHtml *html);
void rz_html_escape(GString *out, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzHtml, rz_html_free)
