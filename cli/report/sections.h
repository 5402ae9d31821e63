/*
 * sections.h: parts that several pages share.
 */
#pragma once

#include "cli/report/html.h"
#include "planner/audit.h"

/* Bars of replicas by broker, coloured by zone; and the table. */
void rz_section_brokers(RzHtml *html, const char *caption, const RzAudit *audit);
/* What each zone's loss would do: bars and the table. */
void rz_section_zone_loss(RzHtml *html, const char *caption, const RzAudit *audit);
