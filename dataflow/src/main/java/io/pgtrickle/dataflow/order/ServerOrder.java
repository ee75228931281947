package io.pgtrickle.dataflow.order;

import io.pgtrickle.model.remote.RemoteCall;
import io.pgtrickle.model.type.SqlType;

/// How PostgreSQL is asked for a type's default order.
///
/// @param type of the values, with their collation
/// @param ranks the call that makes of an array of values the array of their dense ranks, as `bigint`
public record ServerOrder(SqlType type, RemoteCall ranks) {}
