/*
 * ask_secret.h: a password asked of the person at the terminal.
 */
#pragma once

#include "executor/kafka/secret.h"

/*
 * Asks on the controlling terminal, without showing what is typed; stdin and stdout stay free for
 * data. NULL when there is no terminal or nothing was typed. Fits RzAskSecret; @data is not used.
 */
RzSecret *rz_ask_secret(const char *property, void *data);
