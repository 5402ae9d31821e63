/*
 * fake_broker.h: a broker for tests on a loopback port, answering with whatever a test says.
 *
 * Runs in a thread of its own and speaks through the codec's server side, or in raw bytes where a
 * test wants to be rude. The handler runs in that thread while the test waits for the answer, so
 * that the two may share plain variables.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "executor/kafka/codec.h"

typedef struct {
    GByteArray *bytes; /* (transfer full) sent as they are; NULL: nothing */
    bool close;        /* afterwards */
    unsigned drip_ms;  /* between two bytes; 0: all at once */
} FakeReply;

/* @header is decoded as far as it could be; @request is NULL for what our codec does not know. */
typedef FakeReply (*FakeHandler)(void *context, const RzRequestHeader *header, const void *request);

typedef struct FakeBroker FakeBroker;

FakeBroker *fake_broker_start(FakeHandler handler, void *context);
void fake_broker_stop(FakeBroker *broker);
uint16_t fake_broker_port(const FakeBroker *broker);

/* ---- replies ---- */

FakeReply fake_answer(const RzRequestHeader *header, const void *response);
FakeReply fake_close(void);
FakeReply fake_raw(const char *hex);
/* ApiVersions with these ranges. */
FakeReply fake_versions(const RzRequestHeader *header, const RzApiVersionRange *ranges, uint32_t n);
/* All that our codec speaks. */
FakeReply fake_all_versions(const RzRequestHeader *header);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FakeBroker, fake_broker_stop)
