/// What is plain SQL to PostgreSQL: addresses and sessions, quoting, the catalog, result tables and the sink.
@NullMarked
package io.pgtrickle.postgres;

import org.jspecify.annotations.NullMarked;
