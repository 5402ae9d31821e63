/*
 * topic_pools.h: prices at which the brokers of a cell hold together what they should.
 */
#pragma once

#include "planner/solver/topic_search.h"

/*
 * @flow: topics at their best under broker prices 0. Afterwards they are under the prices that it
 * finds, one for all brokers of a cell of the levels, and the cells' totals are within their
 * brokers' limits together, if they can be. Does nothing where it would take too long.
 */
void rz_topic_pools(RzTopicFlow *flow, RzArena *arena);
