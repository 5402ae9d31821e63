/*
 * audit_text.h: an audit for people.
 */
#pragma once

#include <stdio.h>

#include "planner/audit.h"

/* The whole judgement. */
void rz_audit_print(const RzAudit *audit, FILE *stream);
/* Only what each zone's loss would do. */
void rz_audit_print_zone_loss(const RzAudit *audit, FILE *stream);
